using System.Threading.Channels;

namespace NodeAgent.Probes;

/// <summary>
/// Fixed rate without drift. Samples never overlap; after a stall the missed ones are not made up for (at most one that is due runs at once).
/// </summary>
internal sealed class ProbeSchedule(TimeProvider time, TimeSpan interval)
{
    // one place: whatever comes while a sample is due or running adds nothing
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _repeated;

    /// <summary>One sample out of turn; the second request before the next regular one changes nothing.</summary>
    public void Repeat()
    {
        if (Interlocked.Exchange(ref _repeated, 1) == 0) _due.Writer.TryWrite(true);
    }

    /// <summary>Calls <paramref name="sample"/> now and then each interval, until <paramref name="stopping"/>.</summary>
    public async Task Run(Func<CancellationToken, ValueTask> sample, CancellationToken stopping)
    {
        var timer = new PeriodicTimer(interval, time);
        var ticking = Tick(timer);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await sample(stopping).ConfigureAwait(false);
                await _due.Reader.ReadAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // asked to stop
        }
        finally
        {
            timer.Dispose();
            await ticking.ConfigureAwait(false);
        }
    }

    private async Task Tick(PeriodicTimer timer)
    {
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            Volatile.Write(ref _repeated, 0);
            _due.Writer.TryWrite(true);
        }
    }
}
