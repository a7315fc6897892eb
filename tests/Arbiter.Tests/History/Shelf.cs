using Arbiter.Core;
using Arbiter.History;
using Arbiter.Quorum;
using Arbiter.Tests.Api;
using Arbiter.Tests.Groups;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging.Abstractions;

namespace Arbiter.Tests.History;

/// <summary>A history over servers of a test's choice, behind a register that a test speaks for.</summary>
internal sealed class Shelf : IAsyncDisposable
{
    public const long Generation = 1_772_334_431_000;
    public static readonly GroupName Web = Pictures.Web;
    public static readonly DateTimeOffset Utc = new(2026, 3, 1, 3, 7, 12, TimeSpan.Zero);

    private readonly StreamServers _servers;
    private long _number;

    public Shelf(IEnumerable<IStreamServer> servers, TimeProvider? time = null, long first = 1)
    {
        _servers = new StreamServers([.. servers]);
        _number = first - 1;
        Desk = new DecisionDesk(new ProcessClock(TimeProvider.System));
        History = new StreamHistory(Pictures.Options(), _servers, Register, Desk, time ?? TimeProvider.System, new Lines(Log));
    }

    public FakeRegister Register { get; } = new();
    public DecisionDesk Desk { get; }
    public StreamHistory History { get; }
    public List<string> Log { get; } = [];

    /// <summary>What was logged up to now, while it goes on.</summary>
    public string[] Said { get { lock (Log) return [.. Log]; } }

    private Outbox _box = Outbox.Empty;

    public static IStreamServer[] Memory(int count = 3) => [.. Enumerable.Range(1, count).Select(i => new InMemoryStreams($"redis{i}:6379"))];

    public static RecordedEvent Role(long number, string group = "web", DateTimeOffset? utc = null, long generation = Generation) => new()
    {
        Number = number, Generation = generation, Id = $"evt_chengdu_{group}_lb1_b007_{number}", Type = EventTypes.RoleChanged, Severity = Severities.Warning, Group = group, Node = "lb1",
        Epoch = 3, From = "BACKUP", To = "MASTER", Reason = $"keepalived of lb1 went from BACKUP to MASTER ({number})", Utc = utc ?? Utc.AddSeconds(number),
    };

    public static RecordedEvent Decision(long number, long epoch, string from, string to, string reason) => new()
    {
        Number = number, Generation = Generation, Id = EventIds.Decision("chengdu", "web", Generation, epoch, reason), Type = EventTypes.DecisionMade,
        Severity = Severities.Critical, Group = "web", Epoch = epoch, From = from, To = to, Reason = reason, Utc = Utc.AddSeconds(number),
    };

    public static RecordedEvent Leader(long number) => new()
    {
        Number = number, Generation = Generation, Id = EventIds.Leader(Pictures.Options().Cluster, Generation, number), Type = EventTypes.LeaderChanged,
        Severity = Severities.Info, Epoch = 0, To = "arbiter1", Reason = "leads", Utc = Utc.AddSeconds(number),
    };

    public long Next() => ++_number;

    /// <summary>The register recorded these, and this replica leads.</summary>
    public void Record(params RecordedEvent[] events)
    {
        _box = _box with { Last = events[^1].Number, Events = [.. _box.Events.Concat(events).TakeLast(Outbox.MaxEvents)] };
        Lead(12);
    }

    public void Lead(long term) => Register.Show(new OutboxPicture(true, false, Generation, term, _box));

    public async Task<HistoryPage> Until(Func<HistoryPage, bool> asked)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var page = await History.Read(Web, null, 1000, deadline.Token);
            if (asked(page)) return page;
            await Task.Delay(20, deadline.Token);
        }
    }

    /// <summary>What one server holds by itself, newest first.</summary>
    public static async Task<long[]> Held(IStreamServer server, string stream = "vip:chengdu:history:web") =>
        [.. (await server.Below(stream, null, 2000, CancellationToken.None)).Select(e => e.Place.Number)];

    public static async Task Holds(IStreamServer server, int count, string stream = "vip:chengdu:history:web")
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                if ((await Held(server, stream)).Length == count) return;
            }
            catch (StreamTrouble)
            {
                // not connected yet
            }
            await Task.Delay(20, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await History.StopAsync(CancellationToken.None);
        History.Dispose();
        await _servers.DisposeAsync();
    }

    private sealed class Lines(List<string> lines) : Microsoft.Extensions.Logging.ILogger<StreamHistory>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => NullLogger.Instance.BeginScope(state);
        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines) lines.Add(formatter(state, exception));
        }
    }
}
