using Contracts.Vocabulary;
using NodeAgent.Core;

namespace World.Hosts;

/// <summary>What happens, for somebody who sees such a system for the first time. null: not worth a line.</summary>
internal static class Sentences
{
    public static (string Text, Tone Tone)? Of(Effect.Say say) => say.Code switch
    {
        // keepalived's own line says it
        "Role" or "PeerSpeaks" => null,
        "Probe" => Probe(say.Text),
        "Fence" => (Fence(say.Text), Tone.Bad),
        "Unfence" => ($"agent: {say.Text}", Tone.Plain),
        "Order" => (Order(say.Text), Tone.Plain),
        // a node that became MASTER meanwhile keeps its priority: nothing to see
        "OrderRefused" when say.Text.Contains(": untold refused:", StringComparison.Ordinal) => null,
        "Service" => Service(say.Text),
        _ => ($"agent: {say.Text}", say.Severity == Severity.Information ? Tone.Plain : Tone.Bad),
    };

    public static (string Text, Tone Tone)? Of(GroupName group, NotifyState state, VrrpRole before, TimeSpan? gap) => state switch
    {
        NotifyState.Master => ($"keepalived: MASTER of {group}{(gap is { } lost ? $", {Length(lost)} after the VIP was given up" : "")}", Tone.Good),
        NotifyState.Fault when before == VrrpRole.Master => ($"keepalived: FAULT, gave the VIP of {group} up", Tone.Bad),
        NotifyState.Fault => ($"keepalived: FAULT in {group}", Tone.Bad),
        NotifyState.Backup when before == VrrpRole.Master => ($"keepalived: BACKUP, left the VIP of {group} to a higher one", Tone.Plain),
        NotifyState.Backup when before == VrrpRole.Fault => ($"keepalived: BACKUP in {group}, able to take over again", Tone.Plain),
        NotifyState.Stop when before == VrrpRole.Master => ($"keepalived: stopped, gave the VIP of {group} up", Tone.Bad),
        _ => null,
    };

    public static string Haproxy(ProxyState state) => state switch
    {
        ProxyState.Dead => "haproxy was killed",
        ProxyState.Hung => "haproxy hangs: it accepts and does not answer",
        _ => "haproxy runs again",
    };

    /// <param name="why">null: it is served.</param>
    /// <param name="after">Zero: for the first time.</param>
    public static string Served(GroupName group, NodeId? by, string? why, TimeSpan after) =>
        why is not null ? $"{group} is not served: {why}"
        : after == TimeSpan.Zero ? $"{group} is served by {by}" : $"{group} is served again by {by}, after {Length(after)}";

    public static string Length(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 10 } => FormattableString.Invariant($"{span.TotalMilliseconds:0.0} ms"),
        { TotalSeconds: < 1 } => FormattableString.Invariant($"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 2 } => FormattableString.Invariant($"{span.TotalSeconds:0.0} s"),
        _ => FormattableString.Invariant($"{span.TotalMinutes:0} min"),
    };

    /// <summary><c>haproxy: Up -> Down: no process haproxy</c></summary>
    private static (string, Tone)? Probe(string text)
    {
        var parts = text.Split(": ", 3);
        if (parts.Length < 3) return ($"agent: {text}", Tone.Plain);
        if (parts[1].EndsWith("Down", StringComparison.Ordinal)) return ($"agent: its check {parts[0]} fails: {parts[2]}", Tone.Bad);
        return parts[1].StartsWith("Down", StringComparison.Ordinal) ? ($"agent: its check {parts[0]} is good again", Tone.Good) : null;
    }

    /// <summary><c>web: fenced (own): haproxy: no process haproxy</c></summary>
    private static string Fence(string text)
    {
        var parts = text.Split(": ", 3);
        if (parts.Length < 3) return $"agent: {text}";
        return $"agent: fenced itself in {parts[0]}{(parts[1].Contains("ordered", StringComparison.Ordinal) ? " as told" : "")}: {parts[2]}";
    }

    /// <summary><c>web: standby by epoch 1/4, term 2</c></summary>
    private static string Order(string text)
    {
        if (text.Split(": ", 2) is not [var group, var order] || order.Split(' ', 2) is not [var role, var token]) return $"agent: {text}";
        var what = role switch
        {
            "holder" => $"hold the VIP of {group}",
            "standby" => $"stand by for {group}",
            "untold" => $"be neither holder nor standby of {group}",
            "yield" => $"hand {group} over",
            "fence" => $"let go of {group}",
            "drain" => $"leave {group}",
            _ => $"be {role} of {group}",
        };
        return $"agent: was told to {what} ({token.Replace("by ", "", StringComparison.Ordinal)})";
    }

    /// <summary><c>web: http://172.20.0.248/ Up -> Down: no answer in 500 ms</c></summary>
    private static (string, Tone)? Service(string text)
    {
        var group = text.Split(':')[0];
        if (text.Contains("Unknown -> Up", StringComparison.Ordinal)) return null;
        return text.Contains("-> Down: ", StringComparison.Ordinal)
            ? ($"agent: the service of {group} does not answer from here: {text[(text.IndexOf("-> Down: ", StringComparison.Ordinal) + 9)..]}", Tone.Bad)
            : ($"agent: the service of {group} answers from here again", Tone.Good);
    }
}
