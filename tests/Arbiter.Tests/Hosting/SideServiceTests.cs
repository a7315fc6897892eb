using Arbiter.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Hosting;

public sealed class SideServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class Failing(TimeProvider time) : SideService(time, NullLogger.Instance)
    {
        public SemaphoreSlim Begun { get; } = new(0);

        protected override async Task Work(CancellationToken stopping)
        {
            Begun.Release();
            await Task.Yield();
            throw new InvalidOperationException("a defect");
        }
    }

    [Fact]
    public async Task What_only_tells_fails_begins_anew_and_never_ends_the_program()
    {
        var time = new FakeTimeProvider();
        var failing = new Failing(time);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHostedService(_ => failing);
        using var host = builder.Build();
        await host.StartAsync(Stop);
        await failing.Begun.WaitAsync(Stop);
        for (var tries = 0; tries < 3; tries++)
            while (!await failing.Begun.WaitAsync(TimeSpan.FromMilliseconds(20), Stop)) time.Advance(SideService.Pause);
        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync(Stop);
    }
}
