using System.Net.Sockets;
using System.Text;
using Arbiter.Hosting;
using Contracts.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Hosting;

public sealed class LivenessTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_loop_that_comes_round_in_time_is_alive_and_one_that_does_not_is_named()
    {
        var liveness = new Liveness(_time);
        using var register = liveness.Register("register", TimeSpan.FromSeconds(5));
        using var group = liveness.Register("group web", TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(liveness.Check().Alive);
        register.Beat();
        _time.Advance(TimeSpan.FromSeconds(1));
        var report = liveness.Check();
        Assert.False(report.Alive);
        Assert.Equal("Loop 'group web' has not come round for 4.0 s; its deadline is 3.0 s.", report.Reason);
        group.Beat();
        Assert.True(liveness.Check().Alive);
    }

    [Fact]
    public void A_loop_that_ended_as_it_should_is_not_late()
    {
        var liveness = new Liveness(_time);
        using var register = liveness.Register("register", TimeSpan.FromMinutes(5));
        liveness.Register("group web", TimeSpan.FromSeconds(3)).Dispose();
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(liveness.Check().Alive);
    }

    [Fact]
    public void A_program_without_any_loop_is_alive_only_while_it_starts()
    {
        var liveness = new Liveness(_time);
        Assert.True(liveness.Check().Alive);
        _time.Advance(Liveness.StartGrace);
        Assert.False(liveness.Check().Alive);
    }

    [Fact]
    public async Task Systemd_hears_ready_after_the_start_and_the_watchdog_only_while_every_loop_turns()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var name = "@arbiter-liveness-" + Path.GetRandomFileName();
        socket.Bind(new UnixDomainSocketEndPoint("\0" + name[1..]));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddHosting();
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddSingleton(new SystemdNotifier(name, "4000000", null));
        using var host = builder.Build();
        using var heart = host.Services.GetRequiredService<ILiveness>().Register("group web", TimeSpan.FromSeconds(3));

        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("READY=1", await Next(socket));
        for (var i = 0; i < 3; i++)
        {
            heart.Beat();
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("WATCHDOG=1", await Next(socket));
        }

        // the loop hangs while the timer goes on: at 3 s it is still inside its deadline, from 4 s on nothing may be heard
        heart.Beat();
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("WATCHDOG=1", await Next(socket));
        }
        for (var i = 0; i < 5; i++) _time.Advance(TimeSpan.FromSeconds(1));
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("STOPPING=1", await Next(socket));
    }

    private static async Task<string> Next(Socket socket)
    {
        var buffer = new byte[512];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token));
    }
}
