using Arbiter.Groups;
using Arbiter.Quorum;

namespace Arbiter.Api;

/// <summary>The newest status and how long it has stood. A status that nobody replaces grows old here, so a stopped loop can never look fresh.</summary>
/// <param name="Age">Since this program first saw it, on the monotonic clock.</param>
internal sealed record Seen(ClusterStatus Status, RegisterStatus Register, TimeSpan Age);

/// <summary>Follows the status board, whether or not anybody asks, so that the age of a status is known when somebody does.</summary>
internal sealed class StatusWatch(IStatusBoard board, IRegister register, TimeProvider time) : BackgroundService
{
    private sealed record Stamped(ClusterStatus Status, long At);

    private Stamped _last = new(board.Current, time.GetTimestamp());

    public Seen Now
    {
        get
        {
            var last = Note(board.Current);
            return new Seen(last.Status, register.Status, time.GetElapsedTime(last.At));
        }
    }

    /// <summary>Waits for a newer status, at most <paramref name="atMost"/>: the register has changes of its own, and a reader wants a sign of life.</summary>
    public async Task Changed(long version, TimeSpan atMost, CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var newer = board.Newer(version, patience.Token);
        var timeout = Task.Delay(atMost, time, patience.Token);
        await Task.WhenAny(newer, timeout);
        await patience.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
                Note(await board.Newer(_last.Status.Version, stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private Stamped Note(ClusterStatus status)
    {
        var last = Volatile.Read(ref _last);
        if (status.Version <= last.Status.Version) return last;
        var stamped = new Stamped(status, time.GetTimestamp());
        // two who note the same version at once differ by microseconds: either stamp will do
        Volatile.Write(ref _last, stamped);
        return stamped;
    }
}
