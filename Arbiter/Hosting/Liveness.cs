namespace Arbiter.Hosting;

/// <summary>Keeps the time of each loop's last beat. Without any loop it is alive for the start only: a program that runs no loop does nothing.</summary>
internal sealed class Liveness(TimeProvider time) : ILiveness
{
    /// <summary>How long the loops may take to register themselves.</summary>
    public static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<Heart> _hearts = [];
    private readonly long _start = time.GetTimestamp();

    public IHeart Register(string loop, TimeSpan deadline)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        var heart = new Heart(this, loop, deadline, time.GetTimestamp());
        lock (_gate) _hearts.Add(heart);
        return heart;
    }

    public LivenessReport Check()
    {
        Heart[] hearts;
        lock (_gate) hearts = [.. _hearts];
        if (hearts.Length == 0)
            return time.GetElapsedTime(_start) < StartGrace
                ? new LivenessReport(true, "Starting: no loop has registered yet.")
                : new LivenessReport(false, "No loop runs: nothing reads inputs or renews the lease.");
        foreach (var heart in hearts)
        {
            var since = time.GetElapsedTime(heart.Last);
            if (since > heart.Deadline)
                return new LivenessReport(false, $"Loop '{heart.Loop}' has not come round for {since.TotalSeconds:0.0} s; its deadline is {heart.Deadline.TotalSeconds:0.0} s.");
        }
        return new LivenessReport(true, hearts.Length == 1 ? "One loop turns." : $"All {hearts.Length} loops turn.");
    }

    private sealed class Heart(Liveness owner, string loop, TimeSpan deadline, long last) : IHeart
    {
        private long _last = last;

        public string Loop => loop;
        public TimeSpan Deadline => deadline;
        public long Last => Volatile.Read(ref _last);

        public void Beat() => Volatile.Write(ref _last, owner.Now);

        public void Dispose()
        {
            lock (owner._gate) owner._hearts.Remove(this);
        }
    }

    private long Now => time.GetTimestamp();
}
