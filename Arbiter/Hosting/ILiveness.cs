namespace Arbiter.Hosting;

/// <summary>
/// Which of the program's loops still turn. Each loop registers itself once and beats each time it comes round; a loop that has not come
/// round by its deadline makes the program dead for <c>/livez</c> and for systemd's watchdog, which then restarts it.
/// A thread that only feeds a timer proves nothing, so nothing else counts as alive.
/// </summary>
public interface ILiveness
{
    /// <param name="loop">Its name in <c>/livez</c> and in the log: <c>register</c>, <c>group web</c>.</param>
    /// <param name="deadline">Longest time between two beats; several times the loop's own idle wait.</param>
    public IHeart Register(string loop, TimeSpan deadline);

    public LivenessReport Check();
}

/// <summary>One loop's beat. Disposed when the loop ends as it should; a loop that ended is not late.</summary>
public interface IHeart : IDisposable
{
    public void Beat();
}

/// <param name="Reason">One sentence; names the loop that is late when not alive.</param>
public sealed record LivenessReport(bool Alive, string Reason);
