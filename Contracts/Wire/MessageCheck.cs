using Contracts.Messages;
using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>What a message must hold beyond its shape: ranges, lengths, no item twice. The first violation is the answer; null = none.</summary>
internal static class MessageCheck
{
    public static string? Refusal(IMessage message) => message switch
    {
        HealthEvent m => Check(m),
        RoleObserved m => Id("process", m.Process) ?? Id("bootId", m.BootId) ?? NotNegative("counter", m.Counter) ?? Age("ageMs", m.AgeMs),
        OrderResult m => Id("process", m.Process) ?? Token(m.Generation, m.Term, m.Epoch) ?? Text("reason", m.Reason, WireLimits.MaxReason),
        Order m => Check(m),
        LeaderAnnounced m => Id("leader", m.Leader) ?? NotNegative("generation", m.Generation) ?? NotNegative("term", m.Term),
        _ => "is no message of the steering plane",
    };

    private static string? Check(HealthEvent m)
    {
        var refusal = Id("process", m.Process) ?? Id("bootId", m.BootId) ?? Id("nonce", m.Nonce) ?? NotNegative("seq", m.Seq)
            ?? Age("loopDelayMs", m.LoopDelayMs) ?? Age("tiltMs", m.TiltMs)
            ?? Count("probes", m.Probes.Count, WireLimits.MaxProbes) ?? Count("groups", m.Groups.Count, WireLimits.MaxGroups);
        if (refusal is not null) return refusal;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < m.Probes.Count; i++)
        {
            if (m.Probes[i] is not { } probe) return $"probes[{i}] is null";
            if (!Names.IsValid(probe.Name)) return $"probes[{i}].name is no name: {Names.Rule}";
            if (!names.Add(probe.Name)) return $"probes[{i}].name '{probe.Name}' is there twice";
            if (Check(probe) is { } bad) return $"probes[{i}].{bad}";
        }
        var groups = new HashSet<GroupName>();
        for (var i = 0; i < m.Groups.Count; i++)
        {
            if (m.Groups[i] is not { } group) return $"groups[{i}] is null";
            if (!groups.Add(group.Group)) return $"groups[{i}].group '{group.Group}' is there twice";
            if (Check(group) is { } bad) return $"groups[{i}].{bad}";
        }
        return null;
    }

    private static string? Check(ProbeReading p) =>
        Id("kind", p.Kind, WireLimits.MaxKind) ?? Text("reason", p.Reason, WireLimits.MaxReason) ?? Age("sinceMs", p.SinceMs)
        ?? NotNegative("misses", p.Misses) ?? Age("firstMissMs", p.FirstMissMs) ?? NotNegative("goods", p.Goods)
        ?? AgeOrNone("sampleMs", p.SampleMs) ?? AgeOrNone("previousSampleMs", p.PreviousSampleMs)
        ?? (double.IsFinite(p.LatencyMs) && p.LatencyMs is -1 or >= 0 and <= WireLimits.MaxAgeMs ? null : "latencyMs is neither -1 nor a duration")
        ?? Age("intervalMs", p.IntervalMs);

    private static string? Check(GroupReading g)
    {
        var refusal = Age("roleMs", g.RoleMs) ?? Age("healthyMs", g.HealthyMs) ?? Token(g.Generation, g.Term, g.Epoch)
            ?? Priority("effectivePriority", g.EffectivePriority) ?? Priority("base", g.Base)
            ?? (g.Fault is null ? null : Text("fault", g.Fault, WireLimits.MaxReason))
            ?? (g.Service is null ? null : Check(g.Service))
            ?? Count("transitions", g.Transitions.Count, WireLimits.MaxTransitions);
        if (refusal is not null) return refusal;
        for (var i = 0; i < g.Transitions.Count; i++)
        {
            if (g.Transitions[i] is not { } t) return $"transitions[{i}] is null";
            if ((Id("bootId", t.BootId) ?? NotNegative("counter", t.Counter) ?? Age("ageMs", t.AgeMs)) is { } bad) return $"transitions[{i}].{bad}";
        }
        return null;
    }

    private static string? Check(ServiceReading s) =>
        Text("service.reason", s.Reason, WireLimits.MaxReason) ?? Age("service.sinceMs", s.SinceMs)
        ?? (double.IsFinite(s.LatencyMs) && s.LatencyMs is -1 or >= 0 and <= WireLimits.MaxAgeMs ? null : "service.latencyMs is neither -1 nor a duration");

    private static string? Check(Order m)
    {
        var refusal = Id("process", m.Process) ?? Id("nonce", m.Nonce) ?? NotNegative("generation", m.Generation) ?? NotNegative("term", m.Term)
            ?? NotNegative("seq", m.Seq)
            ?? (m.ValidMs is >= WireLimits.MinValidMs and <= WireLimits.MaxValidMs ? null : $"validMs is outside {WireLimits.MinValidMs} to {WireLimits.MaxValidMs}")
            ?? Count("groups", m.Groups.Count, WireLimits.MaxGroups);
        if (refusal is not null) return refusal;
        var groups = new HashSet<GroupName>();
        for (var i = 0; i < m.Groups.Count; i++)
        {
            if (m.Groups[i] is not { } group) return $"groups[{i}] is null";
            if (!groups.Add(group.Group)) return $"groups[{i}].group '{group.Group}' is there twice";
            if ((NotNegative("epoch", group.Epoch) ?? Check(group.Policy)) is { } bad) return $"groups[{i}].{bad}";
        }
        return null;
    }

    private static string? Check(GroupPolicy policy)
    {
        if (Count("policy.vips", policy.Vips.Count, WireLimits.MaxVips) is { } tooMany) return tooMany;
        if (policy.Service is { } service && Id("policy.service", service, WireLimits.MaxService) is { } wrong) return wrong;
        for (var i = 0; i < policy.Vips.Count; i++)
            if ((policy.Vips[i] is { } vip ? Id($"policy.vips[{i}]", vip, WireLimits.MaxVip) : $"policy.vips[{i}] is null") is { } bad) return bad;
        return null;
    }

    private static string? Token(long generation, long term, long epoch) =>
        NotNegative("generation", generation) ?? NotNegative("term", term) ?? NotNegative("epoch", epoch);

    private static string? NotNegative(string field, long value) => value >= 0 ? null : $"{field} is negative";

    private static string? Age(string field, long value) => value is >= 0 and <= WireLimits.MaxAgeMs ? null : $"{field} is negative or above ten years";

    private static string? AgeOrNone(string field, long value) => value is >= -1 and <= WireLimits.MaxAgeMs ? null : $"{field} is below -1 or above ten years";

    private static string? Priority(string field, int value) => value is >= 0 and <= 255 ? null : $"{field} is outside 0 to 255";

    private static string? Count(string field, int count, int most) => count <= most ? null : $"{field} has more than {most} items";

    /// <summary>What programs compare: printable ASCII without spaces, so that two texts that look alike are alike.</summary>
    private static string? Id(string field, string text, int most = WireLimits.MaxId) =>
        text.Length > 0 && text.Length <= most && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? null : $"{field} is not 1 to {most} printable ASCII characters without spaces";

    private static string? Text(string field, string text, int most) =>
        text.Length > most ? $"{field} has more than {most} characters"
        : text.Any(char.IsControl) ? $"{field} has control characters" : null;
}
