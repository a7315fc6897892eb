using Arbiter.Api;

namespace Arbiter.Dashboard;

/// <summary>
/// The status page: one sentence that says whether all is well, then who holds what, then the evidence. The same markup is sent whole as
/// the page and, without its frame, as what the script puts in place after each change.
/// </summary>
internal static class StatusPage
{
    public static string Whole(Overview now)
    {
        var html = new Html();
        html.Add($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><title>{Title(now)}</title>
            <link rel="icon" href="/assets/{now.Verdict.Level}.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/app.css"><script src="/assets/app.js" defer></script>
            </head><body><noscript><p class="note">Without JavaScript this page does not refresh itself: reload it.</p></noscript><main id="status">
            """);
        Inside(html, now);
        html.Add($"</main><p id=\"lost\" class=\"lost\" role=\"alert\" hidden>No word from this arbiter since <b></b>. What stands here is old.</p></body></html>");
        return html.ToString();
    }

    public static string Fragment(Overview now)
    {
        var html = new Html();
        Inside(html, now);
        return html.ToString();
    }

    private static string Title(Overview now) => $"{now.Verdict.Level.ToUpperInvariant()} · {now.AnsweredBy.Cluster}";

    private static void Inside(Html html, Overview now)
    {
        html.Add($"""
            <header class="banner {now.Verdict.Level}" data-title="{Title(now)}" data-level="{now.Verdict.Level}"><p class="word">{Word(now.Verdict.Level)}</p>
            <h1>{now.Verdict.Text}</h1></header>
            """);
        Facts(html, now);
        foreach (var group in now.Groups) GroupCard.Write(html, group, now.Nodes);
        QuorumCard.Write(html, now.Quorum);
    }

    private static void Facts(Html html, Overview now)
    {
        var by = now.AnsweredBy;
        html.Add($"""<dl class="facts"><div><dt>Cluster</dt><dd>{by.Cluster}</dd></div>""");
        html.Add($"""<div><dt>Leader</dt><dd class="{(by.Leader is null ? "bad" : "")}">{by.Leader?.Split('/')[0] ?? "nobody"}</dd></div>""");
        html.Add($"""<div><dt>This replica</dt><dd>{by.Replica} <small>{Role(by.Role)}</small></dd></div>""");
        if (now.Quorum.LeaseLeftMs is { } left) html.Add($"""<div><dt>Lease left</dt><dd>{Say.Latency(left)}</dd></div>""");
        html.Add($"""<div><dt>Broker</dt><dd class="{(now.Bus.Connected ? "good" : "bad")}">{(now.Bus.Connected ? "connected" : "lost")} <small>{(now.Bus.Connected ? "" : now.Bus.Reason)}</small></dd></div>""");
        html.Add($"""<div><dt>Quorum</dt><dd class="{(now.Quorum.Voting == now.Quorum.Servers.Length ? "good" : now.Quorum.Voting >= now.Quorum.Majority ? "mild" : "bad")}">{now.Quorum.Voting} of {now.Quorum.Servers.Length} vote</dd></div>""");
        html.Add($"""<div class="wide"><dt>{(now.Readiness.Ready ? "Ready" : "Not ready")}</dt><dd class="{(now.Readiness.Ready ? "good" : "bad")}">{now.Readiness.Reason}</dd></div></dl>""");
    }

    private static string Word(string level) => level switch { "ok" => "All well", "warning" => "Attention", "critical" => "Act now", _ => "Unknown" };

    private static string Role(string role) => role switch { "notSeeded" => "not seeded", "quorumLost" => "quorum lost", _ => role };
}
