using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace NodeAgent.Metrics;

/// <summary>
/// What can only be counted as it happens: roles taken and left, orders obeyed and refused, fences. Written by the loop alone; a reader on
/// another thread may be one step behind.
/// </summary>
internal sealed class AgentCounters : IStepWatch
{
    public static readonly string[] Causes = ["stale_epoch", "expired", "stale_term", "replayed", "unknown_nonce", "other_process", "tilt"];

    private readonly Lock _gate = new();
    private readonly Dictionary<GroupName, OfGroup> _groups = [];
    private readonly Dictionary<string, long> _refused = Causes.ToDictionary(c => c, _ => 0L, StringComparer.Ordinal);
    private AgentState? _state;

    /// <param name="Became">MASTER entered, as keepalived's FIFO said it.</param>
    public readonly record struct OfGroup(long Became, long Released, long OwnFences, long OrderedFences, long IsolationFences);

    /// <summary>The agent as it was after its newest step; null before the first.</summary>
    public AgentState? State => Volatile.Read(ref _state);

    public long Applied { get; private set; }

    public OfGroup Of(GroupName group)
    {
        lock (_gate) return _groups.GetValueOrDefault(group);
    }

    public long Refused(string cause)
    {
        lock (_gate) return _refused.GetValueOrDefault(cause);
    }

    public void Stepped(AgentState before, Input input, AgentState after)
    {
        lock (_gate)
        {
            if (input is Input.Ordered ordered) Count(before, ordered);
            foreach (var (name, now) in after.Groups)
                if (before.Groups.TryGetValue(name, out var was) && !ReferenceEquals(was, now)) Count(name, was, now, input is Input.Started);
        }
        Volatile.Write(ref _state, after);
    }

    private void Count(AgentState before, Input.Ordered ordered)
    {
        // the core tells each refusal once in a while only; asked again here it answers the same
        var verdict = OrderGate.Judge(before, ordered.Order, ordered.At);
        if (verdict.NonceAt is null)
        {
            _refused[Cause(verdict.Code)]++;
            return;
        }
        foreach (var wanted in ordered.Order.Groups)
            if (before.Groups.TryGetValue(wanted.Group, out var group))
            {
                if (OrderGate.JudgeGroup(group, ordered.Order, wanted) is null) Applied++;
                else _refused["stale_epoch"]++;
            }
    }

    private static string Cause(string code) => code switch
    {
        "process" => "other_process",
        "nonce" => "unknown_nonce",
        "expired" => "expired",
        "speaker" => "stale_term",
        "sequence" => "replayed",
        _ => "tilt",
    };

    private void Count(GroupName name, GroupState was, GroupState now, bool start)
    {
        var count = _groups.GetValueOrDefault(name);
        // what stood when the agent came is no change
        if (!start && was.Role != now.Role)
        {
            if (now.Role == VrrpRole.Master) count = count with { Became = count.Became + 1 };
            if (was.Role == VrrpRole.Master) count = count with { Released = count.Released + 1 };
        }
        if (!start && was.Fence is null && now.Fence is { } fence)
            count = fence.Kind switch
            {
                FenceKind.Own => count with { OwnFences = count.OwnFences + 1 },
                FenceKind.Ordered => count with { OrderedFences = count.OrderedFences + 1 },
                _ => count with { IsolationFences = count.IsolationFences + 1 },
            };
        _groups[name] = count;
    }
}
