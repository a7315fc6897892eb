using System.Collections.Immutable;
using Arbiter.Api;

namespace Arbiter.Dashboard;

/// <summary>One group: who is recorded, who is wanted, who really is; why; and what each of its nodes measures.</summary>
internal static class GroupCard
{
    public static void Write(Html html, GroupView group, ImmutableArray<NodeView> nodes)
    {
        html.Add($"""
            <section class="card {group.Verdict.Level}" aria-label="Group {group.Name}"><header><h2>{group.Name}</h2><span class="vips">{string.Join("  ", group.Vips)}</span>
            """);
        if (group.Mode == "observe") html.Add($"""<span class="chip mild" title="Decides, orders nothing">observe only</span>""");
        html.Add($"""<p class="verdict">{group.Verdict.Text}</p></header>""");
        Holder(html, group);
        Diagnoses(html, group);
        Members(html, group, nodes);
        Schedules(html, group);
        Events(html, group);
        Moves(html, group);
        html.Add($"</section>");
    }

    private static void Holder(Html html, GroupView group)
    {
        html.Add($"""<div class="who"><div><span class="label">Holder (recorded)</span><strong>{group.Holder ?? "none"}</strong>""");
        if (group.Epoch is { } epoch) html.Add($"""<small>epoch {epoch}, {group.Reason}</small>""");
        // silence is not absence: with a silent member nobody knows that nobody is MASTER
        var unknown = group.Masters.IsEmpty && group.Members.Any(m => m.Stale);
        var masters = unknown ? "unknown" : group.Masters.IsEmpty ? "nobody" : string.Join(" + ", group.Masters);
        var tone = unknown ? "mild" : group.Masters.Length == 1 && group.Masters[0] == group.Holder ? "good" : "bad";
        html.Add($"""</div><div><span class="label">MASTER (observed)</span><strong class="{tone}">{masters}</strong></div>""");
        html.Add($"""<div><span class="label">Standby</span><strong class="{(group.StandbyReady ? "good" : "mild")}">{group.Standby ?? "none"}</strong>""");
        html.Add($"""<small>{(group.Standby is null ? "a failure costs an election" : group.StandbyReady ? "ready" : "not ready")}</small></div>""");
        html.Add($"""<div class="why"><span class="label">Decision: {group.Decision}</span><p>{group.Because}</p></div></div>""");
    }

    private static void Diagnoses(Html html, GroupView group)
    {
        if (group.Diagnoses.IsEmpty) return;
        html.Add($"""<ul class="diagnoses">""");
        foreach (var d in group.Diagnoses)
            html.Add($"""<li class="{Tone(d.Severity)}"><b>{d.Name}</b> {d.Text} <small>for <span data-age="{d.AgeMs}">{Say.Age(d.AgeMs)}</span></small></li>""");
        html.Add($"</ul>");
    }

    private static void Members(Html html, GroupView group, ImmutableArray<NodeView> nodes)
    {
        html.Add($"""<div class="members">""");
        foreach (var member in group.Members)
        {
            var r = member.Reading;
            var known = !member.Stale && r is not null;
            html.Add($"""<article class="member {(member.Stale ? "stale" : "")}"><header><h3>{member.Node}</h3>""");
            if (known) html.Add($"""<span class="role {r!.Role}">{r.Role.ToUpperInvariant()}</span>""");
            else html.Add($"""<span class="role unknown">UNKNOWN</span>""");
            html.Add($"""<span class="age">heard <span data-age="{member.AgeMs}">{Say.Age(member.AgeMs)}</span>{(member.AgeMs >= 1000 ? " ago" : "")}</span></header>""");
            if (!known)
                html.Add($"""<p class="note">{(r is null ? "Never heard: nothing is known of this node." : $"Silent. It last said {r.Role.ToUpperInvariant()}, {r.Health}; that is not known to hold any more.")}</p>""");
            html.Add($"""<dl><div><dt>wanted</dt><dd>{member.Wanted ?? "no order"}</dd></div>""");
            if (r is not null) Reading(html, r, known);
            html.Add($"</dl>");
            if (nodes.FirstOrDefault(n => n.Name == member.Node) is { } node) Probes(html, node);
            html.Add($"</article>");
        }
        html.Add($"</div>");
    }

    private static void Reading(Html html, ReadingView r, bool known)
    {
        html.Add($"""<div><dt>steered</dt><dd class="{(r.Steered == "sick" ? "bad" : "")}">{(r.Fenced ? "fenced" : r.Steered)}{(r.Pending ? ", pending" : "")}</dd></div>""");
        html.Add($"""<div><dt>priority</dt><dd>{(r.EffectivePriority == 0 ? "?" : r.EffectivePriority.ToString(System.Globalization.CultureInfo.InvariantCulture))}</dd></div>""");
        html.Add($"""<div><dt>VIP</dt><dd class="{(r.VipPresent == (r.Role == "master") ? "" : "bad")}">{(r.VipPresent ? "here" : "not here")}</dd></div>""");
        html.Add($"""<div><dt>health</dt><dd class="{Health(r.Health)}">{Words(r.Health)}</dd></div>""");
        if (!r.KeepalivedAlive) html.Add($"""<div><dt>keepalived</dt><dd class="bad">not running</dd></div>""");
        if (r.Service is { } s) Service(html, s, known ? s.State : "unknown");
        if (r.Fault is { } fault) html.Add($"""<div class="wide"><dt>fault</dt><dd class="bad">{fault}</dd></div>""");
    }

    /// <summary>As this node sees it from outside; the node that holds the VIP has no such line.</summary>
    private static void Service(Html html, ServiceView service, string state)
    {
        var (tone, word) = state switch { "up" => ("good", "answers"), "down" => ("bad", "no answer"), _ => ("mild", "unknown") };
        html.Add($"""<div title="{service.Reason}"><dt>service</dt><dd class="{tone}">{word}</dd></div>""");
    }

    private static void Probes(Html html, NodeView node)
    {
        if (node.Probes.IsEmpty) return;
        html.Add($"""<table><caption class="hidden">Probes of {node.Name}</caption><thead><tr><th scope="col">probe</th><th scope="col">state</th><th scope="col">since</th><th scope="col">took</th><th scope="col">why</th></tr></thead><tbody>""");
        foreach (var p in node.Probes)
        {
            var state = node.Stale ? "unknown" : p.State;
            html.Add($"""<tr class="{state}"><th scope="row">{p.Name} <small>{p.Class}</small></th><td><span class="dot {state}"></span>{state}{(p.Misses > 0 && !node.Stale ? $", {p.Misses} missed" : "")}</td>""");
            html.Add($"""<td><span data-age="{p.SinceMs}">{Say.Age(p.SinceMs)}</span></td><td>{Say.Latency(p.LatencyMs)}</td><td class="reason">{p.Reason}</td></tr>""");
        }
        html.Add($"</tbody></table>");
    }

    private static void Schedules(Html html, GroupView group)
    {
        foreach (var s in group.Schedules)
        {
            html.Add($"""<p class="note"><b>Scheduled {s.Kind}</b> {(s.To is null ? "to the standby" : $"to {s.To}")}: {(s.Next is { } next ? $"next {Say.Time(next)}" : "does not come again")} <small>{s.When}, {s.TimeZone}{(s.Reason is null ? "" : $", {s.Reason}")}</small>""");
            if (s.Last is { } last) html.Add($""" <small class="{(last.Outcome == "missed" ? "mild" : "")}">{last.Outcome} {Say.Time(last.At)}: {last.Text}</small>""");
            html.Add($"</p>");
        }
    }

    private static void Events(Html html, GroupView group)
    {
        if (group.Events.IsEmpty) return;
        html.Add($"""<details><summary>Last events ({group.Events.Length})</summary><ol class="events">""");
        foreach (var e in group.Events)
        {
            html.Add($"""<li class="{Tone(e.Severity)}"><time datetime="{Say.Iso(e.At)}">{Say.Time(e.At)}</time><span class="what">{Say.What(e)}</span>""");
            html.Add($"""<span class="text">{e.Reason}</span></li>""");
        }
        html.Add($"</ol></details>");
    }

    private static void Moves(Html html, GroupView group)
    {
        if (group.Moves.IsEmpty) return;
        html.Add($"""<details><summary>Last moves ({group.Moves.Length})</summary><ol class="moves">""");
        foreach (var m in group.Moves)
            html.Add($"""<li><time datetime="{Say.Iso(m.At)}">{Say.Time(m.At)}</time> <b>{m.From ?? "nobody"} → {m.To}</b> {m.Reason} <small>epoch {m.Epoch}</small></li>""");
        html.Add($"</ol></details>");
    }

    private static string Tone(string severity) => severity switch { "critical" => "bad", "warning" => "mild", _ => "plain" };

    private static string Health(string health) => health switch { "good" => "good", "hardBad" => "bad", _ => "mild" };

    private static string Words(string health) => health switch { "hardBad" => "cannot serve", "softBad" => "degraded", _ => health };
}
