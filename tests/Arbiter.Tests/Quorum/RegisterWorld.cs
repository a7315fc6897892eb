using System.Collections.Immutable;
using System.Diagnostics;
using Arbiter.Core;
using Arbiter.Quorum;
using Microsoft.Extensions.Logging.Abstractions;

namespace Arbiter.Tests.Quorum;

/// <summary>Real servers and replicas of the register on them, with a lease a few times shorter than in production unless a test says otherwise.</summary>
internal sealed class RegisterWorld(RedisServers servers, LeaseSettings settings) : IAsyncDisposable
{
    /// <summary>For tests in which a lease runs out: short, and yet longer than a busy machine stands still.</summary>
    public static LeaseSettings Fast { get; } = Settings(3000, 400, 800, 100);
    /// <summary>For tests in which none may run out: nobody waits for its end.</summary>
    public static LeaseSettings Calm { get; } = Settings(20_000, 400, 5000, 100);
    public static LeaseSettings Production { get; } = Settings(6000, 1500, 400, 250);

    private static LeaseSettings Settings(int lease, int renew, int rpc, int guard) => new()
    {
        Lease = TimeSpan.FromMilliseconds(lease), Renew = TimeSpan.FromMilliseconds(renew), RpcTimeout = TimeSpan.FromMilliseconds(rpc),
        Guard = TimeSpan.FromMilliseconds(guard), ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(100),
    };

    private readonly List<RegisterReplica> _replicas = [];
    private ulong _ids;

    public RedisServers Servers => servers;

    public static async Task<RegisterWorld> Start(LeaseSettings settings, bool seed = true, bool persistent = false, int count = 3)
    {
        var world = new RegisterWorld(await RedisServers.Start(count, persistent), settings);
        if (!seed) return world;
        // the quarantine has its own tests: nothing can be left of a register on servers that have just been made
        var quick = settings with { Lease = TimeSpan.FromMilliseconds(1), Margin = TimeSpan.Zero };
        var result = await world.Seeder(quick).Seed(_ => { }, default);
        Assert.True(result.Seeded, result.Text);
        return world;
    }

    public QuorumSeeder Seeder(LeaseSettings? with = null) => new(servers.ConnectSealed(), RedisServers.Cluster, with ?? settings,
        QuorumServices.NewProposerId(), QuorumServices.NewIncarnation, TimeProvider.System);

    public RegisterReplica Replica(string name, ValueSeal? seal = null, Func<IAcceptor, IAcceptor>? through = null)
    {
        var id = ++_ids;
        var loop = new RegisterLoop([.. servers.ConnectSealed(settings.RpcTimeout, seal).Select(through ?? (a => a))], settings, $"{name}/{id}", id, new Random((int)id),
            new LeaseClock(TimeProvider.System), TimeProvider.System, NullLogger<RegisterLoop>.Instance);
        var replica = new RegisterReplica(loop);
        _replicas.Add(replica);
        return replica;
    }

    public async Task<(RegisterReplica Leader, RegisterReplica Follower)> TwoReplicas()
    {
        var a = Replica("a");
        await a.Saw<RegisterEvent.Gained>(_ => true);
        var b = Replica("b");
        await b.Saw<RegisterEvent.Observed>(_ => true);
        return (a, b);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.Vanish();
        await servers.DisposeAsync();
    }

    public static async Task Until(Func<bool> holds, string what)
    {
        for (var watch = Stopwatch.StartNew(); !holds(); await Task.Delay(20))
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"not within 30 s: {what}");
    }
}

/// <summary>One replica's loop, and everything it told.</summary>
internal sealed class RegisterReplica
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly Task _running;
    private readonly Task _reading;
    private ImmutableList<RegisterEvent> _seen = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RegisterReplica(RegisterLoop register)
    {
        Register = register;
        _reading = Read();
        _running = register.Run(_stop.Token, _kill.Token);
    }

    public RegisterLoop Register { get; }

    public ImmutableList<RegisterEvent> Seen => Volatile.Read(ref _seen);

    public async Task<T> Saw<T>(Func<T, bool> wanted, TimeSpan? within = null) where T : RegisterEvent
    {
        var watch = Stopwatch.StartNew();
        var limit = within ?? TimeSpan.FromSeconds(30);
        while (true)
        {
            var more = Volatile.Read(ref _more).Task;
            if (Seen.OfType<T>().LastOrDefault(wanted) is { } found) return found;
            Assert.True(watch.Elapsed < limit, $"no {typeof(T).Name} within {limit}; seen: {string.Join("; ", Seen)}; {Register.Status.Reason}");
            await Task.WhenAny(more, Task.Delay(500));
        }
    }

    public async Task<RegisterEvent.Settled> Propose(Proposal proposal)
    {
        var unique = proposal with { Reason = $"{proposal.Reason}: {Seen.Count} {Guid.CreateVersion7()}" };
        Register.Propose(unique);
        return await Saw<RegisterEvent.Settled>(s => s.Proposal == unique);
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async Task Vanish()
    {
        await _kill.CancelAsync();
        await _running;
        await _reading;
    }

    private async Task Read()
    {
        await foreach (var e in Register.Events.ReadAllAsync())
        {
            Volatile.Write(ref _seen, _seen.Add(e));
            Interlocked.Exchange(ref _more, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
