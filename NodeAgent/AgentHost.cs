using System.Security.Cryptography;
using System.Threading.Channels;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Wire;
using Microsoft.Extensions.Logging;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Linux;
using NodeAgent.Metrics;
using NodeAgent.Persistence;
using NodeAgent.Probes;
using NodeAgent.Reporting;

namespace NodeAgent;

/// <summary>
/// Puts the rooms of the agent together, in the order data flows: probes and keepalived's edges fill the inbox, the loop asks the core,
/// files, disk and link carry the effects out. No container: the agent is one binary of 10 MB that starts in milliseconds.
/// </summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly ProcessClock _clock = new(TimeProvider.System);
    private readonly Channel<Input> _inbox = AgentLoop.CreateInbox();
    private readonly PidfdWatcher _watcher = new();
    private readonly SteeringFiles _files = new();
    private readonly DownFiles _downFiles;
    private readonly SystemdNotifier _systemd = SystemdNotifier.FromEnvironment();
    private readonly IReadOnlyList<IProbe> _probes;
    private readonly IReadOnlyList<IServiceProbe> _services;
    private readonly AddressWatch _addresses;
    private readonly KeepalivedWatch _keepalived;
    private readonly IReadOnlyList<NotifyFifo> _fifos;
    private readonly ObeyedStore _store;
    private readonly ISteeringLink _link;
    private readonly string _process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private AgentHost(AgentOptions options, ILoggerFactory logs)
    {
        (_options, _logs) = (options, logs);
        _probes = ProbeFactory.Create(options, _clock, _inbox.Writer, _watcher);
        _services = ProbeFactory.Services(options, _clock, _inbox.Writer);
        _addresses = new AddressWatch(options.Groups, _clock, _inbox.Writer, logs.CreateLogger<AddressWatch>());
        _downFiles = new DownFiles(options.Groups, _clock, _inbox.Writer);
        _keepalived = new KeepalivedWatch(options.Groups, _clock, _inbox.Writer, _watcher);
        _fifos = NotifyFifo.ForGroups(options.Groups, _clock, _inbox.Writer, logs.CreateLogger<NotifyFifo>());
        _store = new ObeyedStore(options.StateDirectory);
        _link = new RabbitMqSteeringLink(new LinkOptions
        {
            Uri = options.RabbitMq.Uri,
            Password = options.RabbitMq.Password,
            ClientName = ClientNames.Agent(options.Node, _process),
            Queue = Routes.AgentQueue(options.Node, _process),
            Bindings = [new LinkBinding(Routes.OrderExchange, Routes.Order(options.Node))],
        }, TimeProvider.System, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
    }

    public static AgentHost Create(AgentOptions options, bool jsonLog) => new(options, AgentLog.Create(jsonLog));

    public async Task<int> Run(CancellationToken stopping)
    {
        var log = _logs.CreateLogger<AgentHost>();
        if (!KeyRing.TryParse(_options.Key, out var keys, out var errors))
        {
            foreach (var error in errors) AgentLog.BadKey(log, error);
            return Cli.Commands.Usage;
        }
        var codec = new MessageCodec(_options.Cluster);
        var reporter = new Reporter(_link, codec, new MessageSigner(keys, Direction.Agent), _options.Node, _logs.CreateLogger<Reporter>());
        var orders = new OrderReader(
            _link, codec, new MessageVerifier(keys, Direction.Order), _options.Node, _clock, _inbox.Writer, _logs.CreateLogger<OrderReader>());
        await using var obeyed = new ObeyedWriter(_store, _clock, _inbox.Writer);
        var counters = new AgentCounters();
        var loop = new AgentLoop(
            AgentState.Create(_options, _process, BootId.Read(), UptimeMs()), _inbox, _clock, _files, _downFiles, reporter, obeyed, _probes, _services, _systemd,
            TimeProvider.System, _logs.CreateLogger<AgentLoop>(), counters);
        var sources = new MetricsSources(
            counters, new KeepalivedDump(_options.Keepalived, _clock.Time), ProbeFactory.Haproxy(_options.Metrics.HaproxySocket, _probes, _clock),
            [.. _probes.OfType<ICommandRuns>()], () => orders.Dropped);
        var metrics = MetricsRoom.Create(_options, _clock, sources, _logs.CreateLogger<MetricsServer>());

        var started = LookAround(log);
        using var rooms = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = new List<(string Name, Task Running)>
        {
            ("link", _link.Run(rooms.Token)), ("orders", orders.Run(rooms.Token)), ("keepalived watch", _keepalived.Run(rooms.Token)), ("obeyed writer", obeyed.Running),
        };
        if (metrics is not null) running.Add(("metrics", metrics.Run(rooms.Token)));
        running.AddRange(_probes.Select(p => ($"probe {p.Name}", p.Run(rooms.Token))));
        running.AddRange(_services.Select(s => ($"service probe {s.Group}", s.Run(rooms.Token))));
        foreach (var fifo in _fifos) fifo.Start();
        _addresses.Start();

        var watching = StopWhenOneEnds(running, rooms, log);
        await loop.Run(started, rooms.Token).ConfigureAwait(false);
        await rooms.CancelAsync().ConfigureAwait(false);
        var failed = await watching.ConfigureAwait(false);
        // the writer of what is obeyed ends when it is disposed
        var ending = Task.WhenAll(running.Select(r => r.Running).Where(r => r != obeyed.Running));
        await Task.WhenAny(ending, Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None)).ConfigureAwait(false);
        return failed ? Cli.Commands.Failed : Cli.Commands.Done;
    }

    private static async Task<bool> StopWhenOneEnds(IReadOnlyList<(string Name, Task Running)> running, CancellationTokenSource rooms, ILogger log)
    {
        if (await RoomWatch.FirstToEnd(running, rooms.Token).ConfigureAwait(false) is not { } ended) return false;
        AgentLog.RoomEnded(log, ended.Error, ended.Room);
        await rooms.CancelAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>The monotonic clock counts from the host's boot (clock_gettime(2)).</summary>
    private static long UptimeMs() => (long)System.Diagnostics.Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Before anything is done: what the files, the interface, keepalived and the disk say now.</summary>
    private Input.Started LookAround(ILogger log)
    {
        var (obeyed, reason) = _store.Load();
        if (obeyed is null) AgentLog.NothingObeyed(log, reason);
        var history = new Dictionary<string, LastSaid>(StringComparer.Ordinal);
        foreach (var fifo in _fifos)
        {
            if (fifo.Open() is { } failure) AgentLog.FifoFailed(log, failure);
            foreach (var (instance, last) in fifo.DrainHistory()) history[instance] = last;
        }
        _files.Hold(_options.Groups.SelectMany(g => g.DownFile is null ? new[] { g.FenceFile, g.PriorityFile } : []));
        var (alive, present) = (_keepalived.Look(), _addresses.Open());
        return new Input.Started(_clock.Now,
        [
            .. _options.Groups.Select(g => new GroupAtStart(
                g.Group, SteeringFiles.Read(g.FenceFile), SteeringFiles.Read(g.PriorityFile), present.GetValueOrDefault(g.Group),
                alive.GetValueOrDefault(g.Group), history.TryGetValue(g.Instance, out var last) ? last.State : null, obeyed?.GetValueOrDefault(g.Group),
                _downFiles.Look(g.Group))),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync().ConfigureAwait(false);
        foreach (var fifo in _fifos) fifo.Dispose();
        _addresses.Dispose();
        _watcher.Dispose();
        _files.Dispose();
        _downFiles.Dispose();
        _systemd.Dispose();
        _logs.Dispose();
    }
}
