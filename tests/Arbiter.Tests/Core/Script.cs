using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

/// <summary>
/// Runs one script: blocks of commands, <c>----</c>, the recorded answer, an empty line. What the commands are stands in Scripts/README.md.
/// </summary>
internal sealed class Script
{
    private static readonly GroupName Group = GroupName.Parse("web");
    private readonly List<NodeModel> _nodes = [];
    private readonly StringBuilder _answer = new();
    private GroupState _state;
    private TimeSpan _now;
    private Proposal? _asked;
    private bool _autoRegister = true;
    private bool _obey = true;
    private long _term;
    private long _epoch;
    private string _shown = "";

    public Script(string options)
    {
        var values = Pairs(options);
        var members = values.GetValueOrDefault("members", "lb1:2,lb2:1").Split(',')
            .Select(m => new Member(NodeId.Parse(m.Split(':')[0]), int.Parse(m.Split(':')[1]))).ToImmutableArray();
        var @base = 248;
        foreach (var m in members.OrderByDescending(m => m.Preference)) _nodes.Add(new NodeModel(m.Node, @base -= 8));
        _state = GroupState.Start(new GroupRules
        {
            Group = Group,
            Members = members,
            Mode = values.GetValueOrDefault("mode") == "observe" ? GroupMode.Observe : GroupMode.Act,
            Policy = new GroupPolicy
            {
                OnControlPlaneLoss = ControlPlaneLoss.Local,
                OnIsolation = Isolation.Fence,
                Brakes = values.GetValueOrDefault("brakes") != "off",
                Vips = ["172.20.0.248/16"],
            },
        });
        Advance(new Input.BusChanged(_now, true, "connected"));
    }

    /// <summary>Every row that fired, with what held it back.</summary>
    public HashSet<string> Rows { get; } = [];
    public List<(GroupState Before, Input Input, Step Step)> Steps { get; } = [];

    public static (string Text, Script Last) Rewrite(string text)
    {
        var output = new StringBuilder();
        var block = new List<string>();
        Script? script = null;
        var inAnswer = false;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (inAnswer)
            {
                if (line.Length == 0) { inAnswer = false; output.Append('\n'); }
                continue;
            }
            output.Append(line).Append('\n');
            if (line == "----")
            {
                foreach (var command in block) script!.Run(command);
                block.Clear();
                output.Append(script!.TakeAnswer());
                inAnswer = true;
            }
            else if (line.StartsWith("group", StringComparison.Ordinal)) script = new Script(line[5..]);
            else if (line.Length > 0 && line[0] != '#') block.Add(line);
        }
        return (output.ToString(), script!);
    }

    private string TakeAnswer()
    {
        var text = _answer.Length == 0 ? "(nothing)\n" : _answer.ToString();
        _answer.Clear();
        return text;
    }

    private void Run(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (double.TryParse(words[0], CultureInfo.InvariantCulture, out var at))
        {
            Replay(TimeSpan.FromSeconds(at), line[(words[0].Length + 1)..], words[1..]);
            return;
        }
        switch (words[0])
        {
            case "run": RunFor(TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture))); return;
            case "lead": Advance(new Input.LeadershipGained(_now, 1, ++_term, words[1] == "none" ? null : Recorded(words[1], words[2]))); break;
            case "lose": Advance(new Input.LeadershipLost(_now, "the lease ran out")); break;
            case "observe": Advance(new Input.RegisterObserved(_now, 1, _term, Recorded(words[1], words[2]))); break;
            case "register": _autoRegister = words[1] == "auto"; break;
            case "commit": Settle(ProposalOutcome.Committed, Recorded((++_epoch).ToString(), _asked!.Holder.Value), "acknowledged"); break;
            case "refuse": Settle(ProposalOutcome.Refused, Recorded(words[1], words[2]), "another epoch stands"); break;
            case "unknown": Settle(ProposalOutcome.Unknown, null, "no majority answered"); break;
            case "away":
                var gap = TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture));
                // in a journal line the time is that of the return
                if (_obey) _now += gap;
                Advance(new Input.WasAway(_now, gap));
                break;
            case "ask": Ask(line, words); break;
            case "gone": Advance(new Input.PresenceLost(_now, NodeId.Parse(words[1]), words.Length > 2 ? words[2] : Node(words[1]).Process)); break;
            case "bus": Advance(new Input.BusChanged(_now, words[1] == "up", words[1] == "up" ? "connected" : "connection refused")); break;
            case "obey": _obey = words[1] == "on"; break;
            case "silent": Node(words[1]).Silent = true; break;
            case "speak": Node(words[1]).Silent = false; Node(words[1]).Dirty = true; break;
            case "restart": Node(words[1]).Restart(); break;
            case "twin": Advance(new Input.NodeReported(_now, Node(words[1]).Report(_now, Group, $"{words[1]}-twin"))); break;
            default:
                foreach (var (key, value) in Pairs(line[words[0].Length..])) Node(words[0]).Set(key, value, _now);
                break;
        }
        Flush();
    }

    /// <summary><c>ask kind=scheduled to=lb2 force=yes firing=NAME@SECONDS because why</c></summary>
    private void Ask(string line, string[] words)
    {
        var why = line.IndexOf(" because ", StringComparison.Ordinal);
        var keys = Pairs(why < 0 ? line[words[0].Length..] : line[words[0].Length..why]);
        Advance(new Input.MoveAsked(_now, new MoveRequest(keys.GetValueOrDefault("kind", "scheduled"), why < 0 ? "script" : line[(why + 9)..])
        {
            To = keys.TryGetValue("to", out var to) ? NodeId.Parse(to) : null,
            Force = keys.GetValueOrDefault("force") == "yes",
            Firing = keys.TryGetValue("firing", out var firing)
                ? new Firing(firing.Split('@')[0], DateTimeOffset.FromUnixTimeSeconds(long.Parse(firing.Split('@')[1]))) : null,
        }));
    }

    /// <summary>A line of a production journal: what happened, at its own time, with nothing added.</summary>
    private void Replay(TimeSpan at, string line, string[] words)
    {
        (_now, _obey, _autoRegister) = (TimeSpan.FromMilliseconds(Math.Round(at.TotalMilliseconds)), false, false);
        if (words[0] == "tick") Advance(new Input.Tick(_now));
        else if (words[0] is "lead" or "lose" or "observe" or "commit" or "refuse" or "unknown" or "bus" or "away" or "ask" or "gone")
        {
            if (words[0] == "commit") _epoch = long.Parse(words[1]) - 1;
            Run(line);
        }
        else
        {
            foreach (var (key, value) in Pairs(line[words[0].Length..])) Node(words[0]).Replay(key, value, _now);
            Report(Node(words[0]));
        }
    }

    private NodeModel Node(string name) => _nodes.Single(n => n.Node.Value == name);

    private Assignment Recorded(string epoch, string holder)
    {
        _epoch = long.Parse(epoch);
        return new Assignment { Group = Group, Epoch = _epoch, Holder = NodeId.Parse(holder), Reason = "script", Utc = DateTimeOffset.UnixEpoch };
    }

    private void Settle(ProposalOutcome outcome, Assignment? current, string reason)
    {
        var asked = _asked ?? throw new InvalidOperationException("nothing was asked of the register");
        _asked = null;
        Advance(new Input.ProposalSettled(_now, asked, outcome, current, reason));
    }

    private void RunFor(TimeSpan time)
    {
        var until = _now + time;
        while (_now < until)
        {
            Flush();
            _now += Min(TimeSpan.FromMilliseconds(100), until - _now);
            foreach (var node in _nodes.Where(n => !n.Silent && (n.NextHeartbeat <= _now || n.ReportUntil > _now))) Report(node);
            Advance(new Input.Tick(_now));
        }
        Flush();
    }

    /// <summary>Changes are reported within 2 ms and wishes answered after 3, until nothing happens any more.</summary>
    private void Flush()
    {
        for (var round = 0; round < 20; round++)
        {
            var dirty = _nodes.Where(n => n is { Dirty: true, Silent: false }).ToArray();
            if (dirty.Length == 0 && (_asked is null || !_autoRegister)) return;
            _now += TimeSpan.FromMilliseconds(2);
            foreach (var node in dirty) Report(node);
            if (_asked is null || !_autoRegister) continue;
            _now += TimeSpan.FromMilliseconds(3);
            Settle(ProposalOutcome.Committed, Recorded((_epoch + 1).ToString(), _asked.Holder.Value), "acknowledged");
        }
        throw new InvalidOperationException("the script does not come to rest");
    }

    private void Report(NodeModel node)
    {
        node.Dirty = false;
        node.NextHeartbeat = _now + TimeSpan.FromSeconds(1);
        Advance(new Input.NodeReported(_now, node.Report(_now, Group)));
    }

    private void Advance(Input input)
    {
        var before = _state;
        var step = Arbitration.Advance(_state, input);
        Steps.Add((before, input, step));
        _state = step.State;
        Rows.Add(step.Decision.Row);
        if (step.Decision.Would is not null) Rows.Add($"{step.Decision.Row}+would");
        var shown = $"{step.Decision.Row}{(step.Decision.Would is { } w ? $" [{w}]" : "")}";
        var at = _now.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        if (step.Decision.Row != _shown.Split(' ')[0] || step.Decision.Would is not null && !_shown.Contains("["))
            _answer.Append($"{at} {step.Decision.Row}: {step.Decision.Sentence}{(step.Decision.Would is { } would ? $" [{would}]" : "")}\n");
        _shown = shown;
        foreach (var effect in step.Effects) Show(at, effect);
    }

    private void Show(string at, Effect effect)
    {
        switch (effect)
        {
            case Effect.Propose p:
                _asked = p.Proposal;
                _answer.Append($"{at}   propose {p.Proposal.Holder} over epoch {p.Proposal.ExpectedEpoch}: {p.Proposal.Reason}{(p.Proposal.Firing is { } f ? $" [spends {f.Schedule}]" : "")}\n");
                break;
            case Effect.Order o:
                var w = o.Wanted;
                _answer.Append($"{at}   order {o.Node} {w.Role.ToString().ToLowerInvariant()} epoch {w.Epoch}{(w.Standby is { } s ? $" standby {s}" : "")}{(w.OtherMaster ? " other-master" : "")}\n");
                if (_obey) Node(o.Node.Value).Obey(w, _now);
                break;
            case Effect.Withdraw o: _answer.Append($"{at}   withdraw {o.Node}\n"); break;
            case Effect.RequestReport o:
                Node(o.Node.Value).ReportUntil = _now + TimeSpan.FromSeconds(1);
                _answer.Append($"{at}   ask {o.Node} for reports\n");
                break;
            case Effect.AnswerMove a: _answer.Append($"{at}   {(a.Begun ? "begun" : "not moved")}: {a.Text}\n"); break;
            case Effect.Say said: _answer.Append($"{at}   say {said.Code} {said.Text}\n"); break;
            default: throw new InvalidOperationException(effect.ToString());
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static Dictionary<string, string> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
}
