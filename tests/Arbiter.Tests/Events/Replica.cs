using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Events.Plane;
using Arbiter.Groups;
using Arbiter.Notifications;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Arbiter.Tests.Events;

/// <summary>The event plane's room of one arbiter, put together by hand over a transport that the test chooses.</summary>
internal sealed class Replica : IAsyncDisposable
{
    public static readonly ClusterName Cluster = ClusterName.Parse("test");

    private readonly NewsTeller _teller;

    /// <param name="leader">Its name without the process; the process is always 1.</param>
    public Replica(string name, string? leader, Func<ILoggerFactory, IPlaneTransport> transport, params IVerb[] verbs)
    {
        Register = new RoleRegister(name, leader);
        Desk = new VerbDesk(verbs, Register, TimeProvider.System, NullLogger<VerbDesk>.Instance);
        News = new ReplicaNewsDesk(Cluster, Register, new Api.Board(new ClusterStatus(7, true, "", [], [])), TimeProvider.System, NullLogger<ReplicaNewsDesk>.Instance);
        Listener = new VerbListener(Cluster, name, Desk, News, TimeProvider.System, NullLogger<VerbListener>.Instance);
        Log = new Lines();
        Plane = new PlaneKeeper(transport(new LoggerFactory([Log])), Listener, TimeProvider.System, new Random(1), new LoggerFactory([Log]).CreateLogger<PlaneKeeper>());
        Verbs = new Verbs(Cluster, Desk, Plane, Register);
        Receiver = new BusReceiver(Cluster, Plane);
        _teller = new NewsTeller(News, Plane, Register, TimeProvider.System, new LoggerFactory([Log]).CreateLogger<NewsTeller>());
    }

    public RoleRegister Register { get; }
    public VerbDesk Desk { get; }
    public ReplicaNewsDesk News { get; }
    public VerbListener Listener { get; }
    public PlaneKeeper Plane { get; }
    public IVerbs Verbs { get; }
    public IReceiver Receiver { get; }
    public Lines Log { get; }

    public async Task<Replica> Start()
    {
        await Plane.StartAsync(CancellationToken.None);
        await _teller.StartAsync(CancellationToken.None);
        return this;
    }

    public async Task<Replica> Connected(int seconds = 20)
    {
        await Wait.Until(() => Plane.Status.Connected, TimeSpan.FromSeconds(seconds));
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _teller.StopAsync(CancellationToken.None);
        await Plane.StopAsync(CancellationToken.None);
        _teller.Dispose();
        Plane.Dispose();
    }

    public static RecordedEvent Happened(long number, string? group = "web", string type = EventTypes.RoleChanged) => new()
    {
        Number = number, Id = $"evt_test_{group}_lb1_boot_{number}", Type = type, Severity = Severities.Info, Group = group, Node = group is null ? null : "lb1",
        Generation = 1, Epoch = 4, From = "backup", To = "master", Reason = "seen", Utc = DateTimeOffset.UnixEpoch,
    };
}

internal static class Wait
{
    /// <summary>Looks every 10 ms: for what tells nobody when it changes.</summary>
    public static async Task Until(Func<bool> good, TimeSpan most, [CallerArgumentExpression(nameof(good))] string what = "")
    {
        for (var clock = Stopwatch.StartNew(); !good(); await Task.Delay(10)) Assert.True(clock.Elapsed < most, $"not within {most.TotalSeconds:0} s: {what}");
    }
}

/// <summary>Who leads is what the test says.</summary>
internal sealed class RoleRegister : IRegister
{
    private readonly string _own;
    private readonly List<Action<OutboxPicture>> _watchers = [];
    private volatile RegisterStatus _status;

    public RoleRegister(string own, string? leader) => (_own, _status) = (own, Of(own, leader, 1));

    public RegisterStatus Status => _status;
    public ChannelReader<RegisterEvent> Events { get; } = Channel.CreateBounded<RegisterEvent>(1).Reader;

    public void Lead(string? leader, long term)
    {
        _status = Of(_own, leader, term);
        foreach (var watcher in _watchers) watcher(new OutboxPicture(leader == _own, false, 1, term, Outbox.Empty));
    }

    public bool MaySpeak() => _status.State == RegisterState.Leading;

    public void Watch(Action<OutboxPicture> watcher) => _watchers.Add(watcher);

    public void Propose(Proposal proposal) { }

    public void Wish(OutboxWish wish) { }

    public Task Run(CancellationToken stopping) => Task.CompletedTask;

    private static RegisterStatus Of(string own, string? leader, long term) => new()
    {
        State = leader == own ? RegisterState.Leading : RegisterState.Following,
        Reason = "test", Leader = leader is null ? null : $"{leader}/1", Generation = 1, Term = term,
        Acceptors = [], Assignments = ImmutableSortedDictionary<GroupName, Assignment>.Empty,
    };
}

/// <summary>Counts what it was asked to do.</summary>
internal sealed class Bell : IVerb
{
    private int _rung;

    public string Kind => "bell.ring";
    public int Rung => _rung;
    public Func<JsonElement, Task<VerbReply>>? Instead { get; init; }

    public Task<VerbReply> Do(JsonElement arguments, string who, CancellationToken stopping)
    {
        Interlocked.Increment(ref _rung);
        return Instead?.Invoke(arguments) ?? Task.FromResult(new VerbReply(VerbOutcome.Done, $"rung {_rung} for {who}: {arguments.GetProperty("how").GetString()}", """{"n":1}"""));
    }

    public static VerbCall Call(string id, string how = "loud") => new("bell.ring", $$"""{"how":"{{how}}"}""", id, "ops");
}

/// <summary>What was logged from information on.</summary>
internal sealed class Lines : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> All
    {
        get { lock (_gate) return [.. _lines]; }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        lock (_gate) _lines.Add(formatter(state, exception));
    }

    public void Dispose() { }
}
