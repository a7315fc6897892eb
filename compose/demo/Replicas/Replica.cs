using Arbiter;
using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Bus;
using Demo.Standing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Demo.Replicas;

/// <summary>One production arbiter: every room of the program, with its own services and its own port, among servers in memory.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly InMemoryPresence _presence = new();
    private volatile bool _started;

    public Replica(ArbiterOptions options, Servers servers, TimeProvider time, bool verbose)
    {
        Name = options.Replica;
        var builder = Composition.NewBuilder();
        if (verbose) builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss.fff ")).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => Arbiter.Api.Listening.Limit(kestrel, options.HttpListen));
        TimeProvider own = new StandingTime(time, Standstill);
        builder.Services
            .AddSingleton(own)
            .AddSingleton<ILeaseClock>(new TimedLeaseClock(own))
            .AddSingleton(servers.Link(Standstill))
            .AddSingleton<IBrokerPresence>(_presence)
            .AddSingleton(servers.Plane(Standstill))
            .AddSingleton(servers.Streams(Standstill))
            .AddSingleton(servers.Acceptors(Standstill))
            .AddRooms(options)
            .AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build().UseRooms(options);
        Register = _app.Services.GetRequiredService<IRegister>();
        Board = _app.Services.GetRequiredService<IStatusBoard>();
    }

    public string Name { get; }

    public Standstill Standstill { get; } = new();

    public IRegister Register { get; }

    public IStatusBoard Board { get; }

    /// <summary>Where its API and its page are; known once it has started.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>It has started and does not stand still.</summary>
    public bool Runs => _started && !Standstill.Still;

    public bool Leads => Register.Status.State == RegisterState.Leading;

    /// <summary>The broker's word that a connection closed.</summary>
    public void Closed(string clientName) => Standstill.Do(() => _presence.Say(new PresenceEvent.ConnectionClosed(clientName)));

    public async Task Start(CancellationToken stopping)
    {
        await _app.StartAsync(stopping);
        _started = true;
    }

    /// <summary>Ends it at once: nothing of it outlives the process anyway.</summary>
    public async Task Stop()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        Standstill.End();
        await _app.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>The lease's clock is the demo's time: a machine that is suspended takes all of the demo along.</summary>
    private sealed class TimedLeaseClock(TimeProvider time) : ILeaseClock
    {
        private readonly long _start = time.GetTimestamp();

        public TimeSpan Now => time.GetElapsedTime(_start);
    }
}

/// <summary>Signals are for the demo as a whole, not for one of its servers.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
