using Arbiter.Api;

namespace Arbiter.Cli;

/// <summary>The status as text: the sentence first, then one line per node and per server that does not do its part.</summary>
internal static class StatusText
{
    public static void Write(Terminal to, Overview now)
    {
        to.Out.WriteLine($"{to.Paint(now.Verdict.Level.ToUpperInvariant(), ToneOf(now.Verdict.Level))}  {Terminal.Clean(now.Verdict.Text)}");
        var leader = now.AnsweredBy.Leader is { } l ? $"led by {l}" : "no leader";
        to.Out.WriteLine(to.Paint($"cluster {now.AnsweredBy.Cluster}, {leader}; answered by {now.AnsweredBy.Replica} ({now.AnsweredBy.Role}); broker {(now.Bus.Connected ? "connected" : "lost")}; {now.Quorum.Voting} of {now.Quorum.Servers.Length} servers vote", Tone.Soft));
        if (!now.Readiness.Ready) to.Out.WriteLine(to.Paint($"not ready ({now.Readiness.Code}): {now.Readiness.Reason}", Tone.Bad));
        foreach (var group in now.Groups) Group(to, group);
    }

    private static void Group(Terminal to, GroupView group)
    {
        to.Out.WriteLine();
        to.Out.WriteLine($"{to.Paint(group.Name, ToneOf(group.Verdict.Level))}  {string.Join(" ", group.Vips)}  {Terminal.Clean(group.Verdict.Text)}");
        to.Out.WriteLine(to.Paint($"  holder {group.Holder ?? "none"}{(group.Epoch is { } e ? $" (epoch {e}, {group.Reason})" : "")}; {group.Decision}: {group.Because}", Tone.Soft));
        foreach (var d in group.Diagnoses) to.Out.WriteLine($"  {to.Paint(d.Name, ToneOf(d.Severity))} {Terminal.Clean(d.Text)}");
        foreach (var s in group.Schedules) Schedule(to, s);
        foreach (var m in group.Members)
        {
            var role = m.Stale ? "unknown" : m.Reading?.Role.ToUpperInvariant() ?? "unknown";
            var tone = m.Stale ? Tone.Bad : role == "MASTER" ? Tone.Good : Tone.Plain;
            var heard = m.AgeMs is { } ms ? $"heard {ms / 1000.0:0.0} s ago" : "never heard";
            var rest = m.Reading is { } r
                ? $"wanted {m.Wanted ?? "-",-8} steered {(r.Fenced ? "fenced" : r.Steered),-8} priority {r.EffectivePriority,3}  {r.Health,-8} {heard}"
                : heard;
            to.Out.WriteLine($"  {to.Paint(m.Node, Tone.Plain, 12)} {to.Paint(role, tone, 8)} {Terminal.Clean(rest)}");
        }
    }

    private static void Schedule(Terminal to, ScheduleView s)
    {
        var next = s.Next is { } n ? $"next {n.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "does not come again";
        var last = s.Last is { } l ? $"; {l.Outcome} {l.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {l.Text}" : "";
        to.Out.WriteLine(to.Paint(Terminal.Clean($"  scheduled {s.Kind} {s.When} ({s.TimeZone}): {next}{last}"), s.Last?.Outcome == "missed" ? Tone.Mild : Tone.Soft));
    }

    public static void Write(Terminal to, QuorumView quorum)
    {
        to.Out.WriteLine($"{to.Paint(quorum.State, quorum.State is "leading" or "following" ? Tone.Good : Tone.Bad)}  {Terminal.Clean(quorum.Reason)}");
        to.Out.WriteLine(to.Paint($"leader {quorum.Leader ?? "nobody"}; generation {quorum.Generation}, term {quorum.Term}, change {quorum.Seq}; {quorum.Voting} of {quorum.Servers.Length} vote, {quorum.Majority} needed", Tone.Soft));
        foreach (var s in quorum.Servers)
            to.Out.WriteLine($"  {to.Paint(s.Address, Tone.Plain, 24)} {to.Paint(s.State, s.State == "voting" ? Tone.Good : Tone.Bad, 12)} {(s.LatencyMs is { } ms ? $"{ms:0.0} ms" : "-"),8}  {Terminal.Clean(s.Detail ?? "")}");
    }

    private static Tone ToneOf(string level) => level switch { "ok" => Tone.Good, "warning" => Tone.Mild, "critical" => Tone.Bad, _ => Tone.Soft };
}
