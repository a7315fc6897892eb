using Microsoft.Extensions.Hosting;

namespace Arbiter.Tests.Schedules;

/// <summary>A program that has started and never stops, for parts that wait for it.</summary>
internal sealed class Started : IHostApplicationLifetime
{
    public CancellationToken ApplicationStarted { get; } = new(canceled: true);
    public CancellationToken ApplicationStopping => CancellationToken.None;
    public CancellationToken ApplicationStopped => CancellationToken.None;
    public void StopApplication() { }
}
