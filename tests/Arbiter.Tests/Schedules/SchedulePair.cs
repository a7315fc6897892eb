using System.Collections.Concurrent;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Quorum;
using Arbiter.Tests.Core;
using Arbiter.Tests.Quorum;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Schedules;

/// <summary>Two balancers that obey whoever may speak, three Redis servers, and two arbiters of which one is killed again and again.</summary>
internal sealed class SchedulePair : IAsyncDisposable
{
    public static readonly GroupName Web = GroupName.Parse("web");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly Timetable EveryTwoSeconds = Timetable.Cron("0/2 * * * * ?", TimeZoneInfo.Utc, out _)!;

    private readonly RedisServers _servers;
    private readonly ProcessClock _clock = new(new FastClock(8));
    private readonly Lock _gate = new();
    private readonly NodeModel[] _nodes = [new(NodeId.Parse("lb1"), 240), new(NodeId.Parse("lb2"), 232)];
    private readonly List<ScheduleReplica> _replicas = [];
    private readonly ConcurrentDictionary<long, RecordedEvent> _told = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reporting;
    private ulong _ids;

    private SchedulePair(RedisServers servers)
    {
        _servers = servers;
        _nodes[0].Set("role", "master", TimeSpan.Zero);
        _nodes[0].Set("steered", "holder", TimeSpan.Zero);
        _nodes[1].Set("steered", "standby", TimeSpan.Zero);
        _reporting = Report();
    }

    public static LeaseSettings Lease { get; } = new()
    {
        Lease = TimeSpan.FromMilliseconds(1500), Renew = TimeSpan.FromMilliseconds(300), RpcTimeout = TimeSpan.FromMilliseconds(250),
        Guard = TimeSpan.FromMilliseconds(60), ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(50),
    };

    public static ScheduleOptions Schedule { get; } = new("web-switchover-test", EveryTwoSeconds, null, null);

    /// <summary>Every event of the register's ring, as any living replica showed it.</summary>
    public IReadOnlyCollection<RecordedEvent> Told => [.. _told.Values.OrderBy(e => e.Number)];

    public int Yields { get; private set; }
    public int Kills { get; private set; }

    public DateTimeOffset DueAfter(DateTimeOffset at) => EveryTwoSeconds.Next(at)!.Value;

    public static async Task<SchedulePair> Start()
    {
        var servers = await RedisServers.Start(3);
        var quick = Lease with { Lease = TimeSpan.FromMilliseconds(1), Margin = TimeSpan.Zero };
        var seeded = await new QuorumSeeder(servers.Connect(), RedisServers.Cluster, quick,
            QuorumServices.NewProposerId(), QuorumServices.NewIncarnation, TimeProvider.System).Seed(_ => { }, default);
        Assert.True(seeded.Seeded, seeded.Text);
        var world = new SchedulePair(servers);
        world.Add();
        world.Add();
        return world;
    }

    /// <summary>One more replica, as a new process.</summary>
    public void Add()
    {
        var id = ++_ids;
        var loop = new RegisterLoop(_servers.Connect(Lease.RpcTimeout), Lease, $"r{id}/{id}", id, new Random((int)id),
            new LeaseClock(TimeProvider.System), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<RegisterLoop>.Instance);
        var replica = new ScheduleReplica(this, loop, _clock, new Random((int)id));
        loop.Watch(picture =>
        {
            foreach (var e in picture.Outbox.Events) _told[e.Number] = e;
        });
        lock (_gate) _replicas.Add(replica);
    }

    /// <summary>Somebody leads, its grace is over, and it would move.</summary>
    public Task Led(CancellationToken stopping) => Until(() => Living.Any(r => r.Ready), "a leader that decides", stopping);

    /// <summary>Every time up to this one stands in the register.</summary>
    public Task Accounted(DateTimeOffset last, CancellationToken stopping) =>
        Until(() => Living.Any(r => r.Register.Status.Outbox.Fired.TryGetValue(Schedule.Name, out var fired) && fired >= EveryTwoSeconds.Between(last.AddSeconds(-4), last)[^1]),
            $"an account of {last:O}", stopping);

    public async Task KillLeaderAtTime(TimeSpan offset, CancellationToken stopping)
    {
        var due = DueAfter(TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(100));
        await Task.Delay(due + offset - TimeProvider.System.GetUtcNow(), stopping);
        if (Living.FirstOrDefault(r => r.Register.Status.State == RegisterState.Leading) is { } leader) await Kill(leader);
        else Kills++;
    }

    /// <param name="behind">The register's loop has the proposal already; otherwise it never gets it.</param>
    public async Task KillLeaderWhenItProposes(bool behind, CancellationToken stopping)
    {
        foreach (var replica in Living) replica.DieOn(behind);
        await Until(() => Living.Any(r => r.Died), "a proposal to die of", stopping);
        await Kill(Living.First(r => r.Died));
        foreach (var replica in Living) replica.DieOn(null);
    }

    /// <summary>A word of an arbiter to a node; only one that may speak is heard. keepalived follows at once.</summary>
    public void Obey(NodeId node, GroupOrder order)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            var (one, other) = _nodes[0].Node == node ? (_nodes[0], _nodes[1]) : (_nodes[1], _nodes[0]);
            one.Obey(order, now);
            if (order.Role != OrderedRole.Yield || one is not { Role: VrrpRole.Master, Steered: SteeredRole.Yield }) return;
            Yields++;
            other.Set("role", "master", now);
            one.Set("role", "backup", now);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reporting;
        foreach (var replica in Living) await replica.Kill();
        await _servers.DisposeAsync();
        _stop.Dispose();
    }

    private IReadOnlyList<ScheduleReplica> Living { get { lock (_gate) return [.. _replicas]; } }

    private async Task Kill(ScheduleReplica replica)
    {
        lock (_gate) _replicas.Remove(replica);
        Kills++;
        await replica.Kill();
    }

    private async Task Report()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(400), _clock.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                lock (_gate)
                    foreach (var said in _nodes.Select(n => n.Report(_clock.Now, Web)))
                        foreach (var replica in _replicas) replica.Groups.Post(said.Node, new Input.NodeReported(_clock.Now, said));
            }
        }
        catch (OperationCanceledException)
        {
            // the world ends
        }
    }

    private static async Task Until(Func<bool> holds, string what, CancellationToken stopping)
    {
        for (var until = TimeProvider.System.GetUtcNow() + Patience; !holds(); await Task.Delay(5, stopping))
            Assert.True(TimeProvider.System.GetUtcNow() < until, $"not within {Patience.TotalSeconds} s: {what}");
    }
}
