using System.Globalization;
using System.Text;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Tests.Core;

/// <summary>
/// Plays a story against the agent core. Commands stand above <c>----</c>, what the core did below it, up to an empty line:
/// <code>
/// probe NAME good|bad|unknown [xN] [took=MS] [target=T]   order ROLE epoch=N [term=N] [gen=N] [seq=N] [standby=NODE] [other] [age=DUR] [loss=..] [isolation=..] [brakes=off] [report]
/// service good|bad|unknown [xN] [took=MS] [at=URL] (an answer of the service behind the VIP)   order ... [service=URL]
/// said STATE PRIO    vip on|off    alive on|off    link on|off    quiet on (the broker stops answering)    disk fail|ok
/// files FENCE PRIORITY, down on|off (as somebody else wrote them)   write-fails fence|priority|down    advance DUR    pause DUR (the agent itself is stopped)    stop    show
/// </code>
/// Every sample of good probes goes on by itself only when told; time passes only by <c>advance</c> in ticks of 50 ms.
/// </summary>
internal sealed class AgentScript
{
    private readonly StringBuilder _out = new();
    private AgentState _state = null!;
    private TimeSpan _now;
    private long _orderSeq;
    private bool _diskFails;
    private bool _quiet;
    private ProbeState? _told;

    public string Run(string block)
    {
        _out.Clear();
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (!line.StartsWith('#')) Command(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return _out.Length == 0 ? "nothing\n" : _out.ToString();
    }

    private void Command(string[] words)
    {
        var args = words.Skip(1).Where(w => w.Contains('=')).ToDictionary(w => w[..w.IndexOf('=')], w => w[(w.IndexOf('=') + 1)..]);
        switch (words[0])
        {
            case "agent": Create(args); break;
            case "start": Start(args); break;
            case "probe":
                var times = words.FirstOrDefault(w => w.Length > 1 && w[0] == 'x' && char.IsAsciiDigit(w[1])) is { } x ? int.Parse(x[1..]) : 1;
                for (var i = 0; i < times; i++) Probe(words[1], Enum.Parse<SampleResult>(words[2], true), args);
                break;
            case "service":
                var asked = words.FirstOrDefault(w => w.Length > 1 && w[0] == 'x' && char.IsAsciiDigit(w[1])) is { } y ? int.Parse(y[1..]) : 1;
                for (var i = 0; i < asked; i++) Service(Enum.Parse<SampleResult>(words[1], true), args);
                break;
            case "order": Order(words[1], args, words); break;
            case "said": Feed(new Input.KeepalivedSaid(_now, "VI_1", Enum.Parse<NotifyState>(words[1].Replace("_", ""), true), int.Parse(words[2]))); break;
            case "vip": Feed(new Input.VipChanged(_now, Web, words[1] == "on")); break;
            case "alive": Feed(new Input.KeepalivedAlive(_now, Web, words[1] == "on")); break;
            case "link": Feed(new Input.LinkChanged(_now, words[1] == "on")); break;
            case "quiet": _quiet = words[1] == "on"; break;
            case "disk": _diskFails = words[1] == "fail"; break;
            case "files": Feed(new Input.FilesRead(_now, Web, int.Parse(words[1]), int.Parse(words[2]))); break;
            case "down": Feed(new Input.DownFileRead(_now, Web, words[1] == "on")); break;
            case "write-fails": Feed(new Input.WriteFailed(_now, Web, Enum.Parse<SteeringFile>(words[1], true), "No space left on device")); break;
            case "advance": Advance(Span(words[1])); break;
            case "pause": _now += Span(words[1]); Feed(new Input.Tick(_now)); break;
            case "stop": Feed(new Input.Stopping(_now)); break;
            case "show": Show(); break;
            default: throw new FormatException($"unknown command {words[0]}");
        }
    }

    private static GroupName Web { get; } = GroupName.Parse("web");

    private void Create(Dictionary<string, string> args)
    {
        var advert = Span(args.GetValueOrDefault("advert", "100ms"));
        var baseline = int.Parse(args.GetValueOrDefault("base", "240"));
        ProbeOptions Options(string name, ProbeClass cls, int rise, int fall, int holderFall, int ms) => new()
        {
            Name = name,
            Process = name == "haproxy" ? "haproxy" : null,
            Http = name == "haproxy" || name == "gateway" || name == "members" ? null : new Uri("http://127.0.0.1/"),
            Ping = name is "gateway" or "members" ? ["172.20.0.1"] : [],
            Class = cls,
            Interval = TimeSpan.FromMilliseconds(ms),
            Deadline = TimeSpan.FromMilliseconds(ms * 3 / 4),
            Rise = rise,
            Fall = fall,
            HolderFall = holderFall,
        };
        var downFile = args.ContainsKey("down-file");
        _state = AgentState.Create(new AgentOptions
        {
            Cluster = ClusterName.Parse("test"),
            Node = NodeId.Parse(args.GetValueOrDefault("node", "lb1")),
            RabbitMq = new BrokerOptions(new Uri("amqp://lb1@localhost"), ""),
            Key = "",
            Probes =
            [
                Options("haproxy", ProbeClass.Hard, 1, 1, 1, 1000), Options("proxy", ProbeClass.Hard, 5, 3, 3, 200),
                Options("gateway", ProbeClass.Soft, 5, 3, 4, 100), Options("members", ProbeClass.Soft, 5, 3, 4, 100),
                Options("web1", ProbeClass.Soft, 5, 2, 3, 1000),
            ],
            Groups =
            [
                new AgentGroupOptions
                {
                    Group = Web, Instance = "VI_1", Interface = "eth0", Vips = ["172.20.0.248/16"], Base = baseline, Sick = downFile ? 0 : baseline - 100, Advert = advert,
                    FenceFile = downFile ? "" : "/run/a/fence", PriorityFile = downFile ? "" : "/run/a/priority", NotifyFifo = args.GetValueOrDefault("fifo") == "no" ? null : "/run/a/fifo",
                    DownFile = args.GetValueOrDefault("down-file"), DownWeight = args.TryGetValue("weight", out var weight) ? int.Parse(weight) : null,
                    Probes = ["haproxy", "proxy", "gateway", "members", "web1"], IsolationProbes = ["gateway", "members", "web1"],
                },
            ],
        }, "p1", "boot1");
    }

    private void Start(Dictionary<string, string> args)
    {
        var obeyed = args.TryGetValue("obeyed", out var epoch) ? new ObeyedRecord
        {
            Generation = 1, Term = 1, Epoch = long.Parse(epoch), Policy = Policy(args),
            Role = Enum.Parse<OrderedRole>(args.GetValueOrDefault("as", "holder"), true), BootId = args.GetValueOrDefault("boot", "boot0"),
        } : null;
        NotifyState? last = args.TryGetValue("last", out var l) ? Enum.Parse<NotifyState>(l, true) : null;
        Feed(new Input.Started(_now, [new GroupAtStart(Web, int.Parse(args.GetValueOrDefault("fence", "0")), int.Parse(args.GetValueOrDefault("priority", "0")),
            args.GetValueOrDefault("vip") == "yes", args.GetValueOrDefault("alive", "yes") == "yes", last, obeyed,
            args.TryGetValue("down", out var down) ? down == "yes" : null)]));
    }

    private void Probe(string name, SampleResult result, Dictionary<string, string> args)
    {
        var took = TimeSpan.FromMilliseconds(double.Parse(args.GetValueOrDefault("took", "1"), CultureInfo.InvariantCulture));
        foreach (var probe in name == "all" ? [.. _state.Probes.Keys] : new[] { name })
            Feed(new Input.ProbeSampled(_now, probe, args.GetValueOrDefault("target", "t"), result, result == SampleResult.Good ? "answers" : "no answer", _now - took, took));
    }

    private static GroupPolicy Policy(Dictionary<string, string> args) => new()
    {
        OnControlPlaneLoss = Enum.Parse<ControlPlaneLoss>(args.GetValueOrDefault("loss", "local"), true),
        OnIsolation = Enum.Parse<Isolation>(args.GetValueOrDefault("isolation", "fence"), true),
        Brakes = args.GetValueOrDefault("brakes") != "off",
        Vips = ["172.20.0.248/16"],
        Service = args.GetValueOrDefault("service"),
    };

    private void Service(SampleResult result, Dictionary<string, string> args)
    {
        var took = TimeSpan.FromMilliseconds(double.Parse(args.GetValueOrDefault("took", "2"), CultureInfo.InvariantCulture));
        Feed(new Input.ServiceSampled(_now, Web, new Uri(args.GetValueOrDefault("at", "http://172.20.0.248/")), result,
            result == SampleResult.Good ? "status 200" : "no connection in 500 ms", _now - took, took));
    }

    private void Order(string role, Dictionary<string, string> args, string[] words)
    {
        var age = Span(args.GetValueOrDefault("age", "0s"));
        var heard = _state.Nonces.Sent.Where(n => n.At <= _now - age).Select(n => n.Seq).DefaultIfEmpty(0).Max();
        Feed(new Input.Ordered(_now, new Order
        {
            V = 1, Cluster = _state.Options.Cluster, Node = _state.Options.Node, Process = args.GetValueOrDefault("process", "p1"),
            Generation = long.Parse(args.GetValueOrDefault("gen", "1")), Term = long.Parse(args.GetValueOrDefault("term", "1")),
            Seq = args.TryGetValue("seq", out var seq) ? long.Parse(seq) : ++_orderSeq,
            Nonce = args.GetValueOrDefault("nonce") ?? NonceLedger.Format("p1", heard), ValidMs = 12000, Report = words.Contains("report"),
            Groups =
            [
                new GroupOrder
                {
                    Group = GroupName.Parse(args.GetValueOrDefault("group", "web")), Epoch = long.Parse(args["epoch"]), Role = Enum.Parse<OrderedRole>(role, true),
                    Standby = args.TryGetValue("standby", out var standby) ? NodeId.Parse(standby) : null, OtherMaster = words.Contains("other"), Policy = Policy(args),
                },
            ],
        }));
    }

    private void Advance(TimeSpan span)
    {
        for (var end = _now + span; _now < end;)
        {
            _now += AgentCore.TickInterval;
            if (_state.Connected && !_quiet) Feed(new Input.BrokerAnswered(_now));
            Feed(new Input.Tick(_now));
        }
    }

    private void Feed(Input input)
    {
        Input? saved = null;
        var step = AgentCore.Advance(_state, input);
        _state = step.State;
        foreach (var effect in step.Effects)
        {
            var at = _now.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
            if (effect is Effect.Write w) _out.AppendLine($"{at} write {w.File.ToString().ToLowerInvariant()} {w.Value}");
            if (effect is Effect.PublishRole r) _out.AppendLine($"{at} tell role {r.Role.Role.ToString().ToLowerInvariant()} #{r.Role.Counter}");
            if (effect is Effect.PublishResult o) _out.AppendLine($"{at} tell {o.Result.Outcome.ToString().ToLowerInvariant()} {o.Result.Role.ToString().ToLowerInvariant()} epoch {o.Result.Epoch}{(o.Result.Reason == "" ? "" : ": " + o.Result.Reason)}");
            if (effect is Effect.Say s) _out.AppendLine($"{at} say {s.Code}: {s.Text}");
            if (effect is Effect.AskService ask) _out.AppendLine($"{at} ask {ask.Address?.ToString() ?? "nothing"}");
            if (effect is Effect.PublishHealth h && h.Event.Groups[0].Service is { } seen && seen.State != _told) _out.AppendLine($"{at} tell service {_told = seen.State}: {seen.Reason}");
            if (effect is Effect.RepeatProbe p) _out.AppendLine($"{at} repeat {p.Probe}");
            if (effect is Effect.Persist save)
            {
                _out.AppendLine($"{at} save {string.Join(", ", save.Obeyed.Select(o => $"epoch {o.Value.Epoch} term {o.Value.Term} {o.Value.Role.ToString().ToLowerInvariant()}"))}");
                saved = new Input.Persisted(_now, save.Request, _diskFails ? "No space left on device" : null);
            }
        }
        if (saved is not null) Feed(saved);
    }

    private void Show()
    {
        var g = _state.Groups[Web];
        var files = g.Options.DownFile is null ? $"{g.FenceFile?.ToString() ?? "?"}/{g.PriorityFile?.ToString() ?? "?"}" : g.DownFile switch { true => "down", false => "none", _ => "?" };
        _out.AppendLine($"{g.Role.ToString().ToLowerInvariant()} vip={(g.VipPresent ? "on" : "off")} steered={g.Steered.ToString().ToLowerInvariant()} " +
            $"fence={g.Fence?.Kind.ToString().ToLowerInvariant() ?? "none"} health={g.Health} files={files} applied={g.Applied} events={_state.Seq}");
    }

    private static TimeSpan Span(string text) => text.EndsWith("ms", StringComparison.Ordinal)
        ? TimeSpan.FromMilliseconds(double.Parse(text[..^2], CultureInfo.InvariantCulture))
        : TimeSpan.FromSeconds(double.Parse(text[..^1], CultureInfo.InvariantCulture));
}
