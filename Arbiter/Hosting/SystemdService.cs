using Contracts.Hosting;

namespace Arbiter.Hosting;

/// <summary>
/// READY once Kestrel serves (a register that is not seeded is no reason to be killed while starting; that is what /readyz is for),
/// WATCHDOG after each check in which every loop still turns, STOPPING at the first sign of a stop.
/// </summary>
internal sealed partial class SystemdService(
    SystemdNotifier systemd, ILiveness liveness, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SystemdService> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ready = lifetime.ApplicationStarted.Register(() => systemd.Ready("Serving."));
        using var stopping = lifetime.ApplicationStopping.Register(() => systemd.Stopping("Giving the lease back."));
        if (systemd.Watchdog is not { } watchdog) return;

        var late = false;
        using var timer = new PeriodicTimer(watchdog / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var report = liveness.Check();
                if (report.Alive)
                    systemd.Alive();
                else if (!late)
                    NotAlive(log, report.Reason, watchdog.TotalSeconds);
                late = !report.Alive;
            }
        }
        catch (OperationCanceledException)
        {
            // the stop was asked for
        }
    }

    [LoggerMessage(101, LogLevel.Critical, "Not alive: {Reason} systemd restarts this service when that lasts {Seconds} s")]
    private static partial void NotAlive(ILogger log, string reason, double seconds);
}
