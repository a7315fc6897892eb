using Arbiter.Api;

namespace Arbiter.Dashboard;

/// <summary>The register's servers: which vote, and why the others do not.</summary>
internal static class QuorumCard
{
    public static void Write(Html html, QuorumView quorum)
    {
        html.Add($"""
            <section class="card {Tone(quorum)}" aria-label="Quorum"><header><h2>Quorum</h2><span class="vips">generation {quorum.Generation}, term {quorum.Term}, change {quorum.Seq}</span>
            <p class="verdict">{quorum.Reason}</p></header><table><thead><tr><th scope="col">server</th><th scope="col">state</th><th scope="col">took</th><th scope="col">why</th></tr></thead><tbody>
            """);
        foreach (var s in quorum.Servers)
        {
            var tone = s.State switch { "voting" => "up", "unreachable" => "down", "virgin" or "restarted" or "stale" => "unknown", _ => "down" };
            html.Add($"""<tr class="{tone}"><th scope="row">{s.Address}</th><td><span class="dot {tone}"></span>{s.State}</td><td>{Say.Latency(s.LatencyMs)}</td><td class="reason">{s.Detail}</td></tr>""");
        }
        html.Add($"</tbody></table></section>");
    }

    private static string Tone(QuorumView quorum) =>
        quorum.Voting < quorum.Majority ? "critical" : quorum.Voting < quorum.Servers.Length ? "warning" : "ok";
}
