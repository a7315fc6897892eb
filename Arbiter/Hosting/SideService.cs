namespace Arbiter.Hosting;

/// <summary>
/// A service that no failover needs: it tells, shows or keeps. An exception out of a <see cref="BackgroundService"/> ends the whole
/// program; one out of <see cref="Work"/> is a log line, and the work is begun anew after 10 s.
/// </summary>
internal abstract partial class SideService(TimeProvider time, ILogger log) : BackgroundService
{
    /// <summary>Between a failure and the next try.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Until it is stopped; called again after it failed, so it begins from nothing.</summary>
    protected abstract Task Work(CancellationToken stopping);

    protected TimeProvider Time => time;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // what the work does before its first wait is not the time of the program's start
        await Task.Yield();
        do
        {
            try
            {
                await Work(stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it was, it must not take the failover along
            catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                WorkFailed(log, e, GetType().Name, Pause.TotalSeconds);
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!stoppingToken.IsCancellationRequested);
    }

    [LoggerMessage(102, LogLevel.Error, "{Service} failed and is begun anew in {Seconds} s; nothing else depends on it. Report this as a defect")]
    private static partial void WorkFailed(ILogger log, Exception e, string service, double seconds);
}
