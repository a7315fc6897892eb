using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Demo.Replicas;
using World.Hosts;

namespace Demo.Panel;

/// <summary>
/// Tells what the arbiters recorded, in the order of the register and each thing once, whichever replica is seen to know it first; and what the
/// leader sees and does nothing about, with its reason. What keepalived does is not told here: the world says it.
/// </summary>
internal sealed class ArbiterTeller
{
    private const string Who = "arbiter";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(150);
    /// <summary>The same about the same group is not said again sooner.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    /// <summary>Rows that every move passes through, or of which the register's own words tell.</summary>
    private static readonly HashSet<string> s_quiet =
    [
        "start", "follower", "register-change", "register-refused", "initial", "no-holder", "move-open", "failover", "elected", "elected-watch",
        "nobody-master", "holder-fenced", "hard-move", "soft-move", "soft-unproven", "planned-move", "keep", "bus-lost",
    ];

    private readonly Lock _gate = new();
    private readonly Storyline _story;
    private readonly TimeProvider _time;
    private readonly ReplicaSet _replicas;
    private readonly Dictionary<GroupName, string> _rows = [];
    private readonly Dictionary<(GroupName, string), long> _told = [];
    private readonly Dictionary<string, RegisterState> _states = [];
    private (long Generation, long Number) _last;

    public ArbiterTeller(ReplicaSet replicas, Storyline story, TimeProvider time)
    {
        (_replicas, _story, _time) = (replicas, story, time);
        foreach (var replica in replicas.All) replica.Register.Watch(Take);
    }

    public async Task Run(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_look, _time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            foreach (var replica in _replicas.Running) Look(replica);
            if (_replicas.Leader is not { } leader) continue;
            foreach (var same in leader.Board.Current.Groups.Where(IsNews).GroupBy(g => g.Because).ToArray())
                _story.Say(Who, $"{string.Join(", ", same.Select(g => g.Group))}: nothing is moved: {same.Key}", Tone.Plain);
        }
    }

    /// <summary>From a register's loop.</summary>
    private void Take(OutboxPicture picture)
    {
        lock (_gate)
        {
            RecordedEvent[] fresh = [.. picture.Outbox.Events.Where(e => (e.Generation, e.Number).CompareTo(_last) > 0)];
            if (fresh.Length == 0) return;
            _last = (fresh[^1].Generation, fresh[^1].Number);
            // what a node has is said of each of its groups: one line
            foreach (var same in fresh.GroupBy(e => (e.Type, e.Node, e.From, e.To, e.Reason, Decision: e.Type == EventTypes.DecisionMade ? e.Number : 0)))
                if (Tell(same.First(), string.Join(", ", same.Select(e => e.Group))) is { } line) _story.Say(Who, line.Text, line.Tone);
        }
    }

    private static (string Text, Tone Tone)? Tell(RecordedEvent what, string groups) => what.Type switch
    {
        EventTypes.DecisionMade when what.From is null => ($"{groups}: recorded {what.To} as holder ({what.Reason})", Tone.Plain),
        EventTypes.DecisionMade => ($"{groups}: recorded {what.From} → {what.To}, epoch {what.Epoch}: {what.Reason}", Tone.Good),
        EventTypes.DiagnosisRaised => ($"{groups}: {what.To}: {what.Reason}", what.Severity == Severities.Critical ? Tone.Bad : Tone.Plain),
        EventTypes.DiagnosisCleared => ($"{groups}: {what.To}{(what.Node is { } node ? $" of {node}" : "")} is over", Tone.Good),
        EventTypes.LeaderChanged => ($"{what.To?.Split('/')[0]} {what.Reason.Split(" of generation")[0]}", Tone.Plain),
        _ => null,
    };

    private void Look(Replica replica)
    {
        var state = replica.Register.Status.State;
        var known = _states.TryGetValue(replica.Name, out var before);
        _states[replica.Name] = state;
        if (!known || before == state) return;
        if (state == RegisterState.QuorumLost) _story.Say(Who, $"{replica.Name}: {replica.Register.Status.Reason}; nothing is recorded, VRRP and the agents' local rules go on", Tone.Bad);
        else if (before == RegisterState.QuorumLost) _story.Say(Who, $"{replica.Name}: a majority of the quorum votes again", Tone.Good);
    }

    /// <summary>It sees something and does nothing, and that was not said lately.</summary>
    private bool IsNews(GroupStatus group)
    {
        var (row, before) = (group.Decision, _rows.GetValueOrDefault(group.Group));
        _rows[group.Group] = row;
        // only what stands at two looks in a row
        if (row != before || s_quiet.Contains(row)) return false;
        var lately = _told.TryGetValue((group.Group, row), out var at) && _time.GetElapsedTime(at) < s_again;
        _told[(group.Group, row)] = _time.GetTimestamp();
        return !lately;
    }
}
