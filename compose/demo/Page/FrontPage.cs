using System.Text;
using Arbiter.Dashboard;
using Demo.Panel;

namespace Demo.Page;

/// <summary>
/// The page at <c>/</c>: what a replica answers there, to the letter, with two insertions: style and script in the head, stage and panel at the
/// beginning of the body. With no replica left the place of the status says so, and the rest works on.
/// </summary>
internal sealed class FrontPage(Front front, IFaultPanel panel, ISights sights)
{
    private const string Head = """<link rel="stylesheet" href="/demo/page.css"><script src="/demo/page.js" defer></script>""";

    private const string Empty = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>UNKNOWN</title>
        <link rel="icon" href="/assets/unknown.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/app.css"><script src="/assets/app.js" defer></script>
        </head><body><main id="status"><header class="banner unknown" data-title="UNKNOWN" data-level="unknown"><p class="word">Unknown</p>
        <h1>{0}</h1></header></main><p id="lost" class="lost" role="alert" hidden>No word from this arbiter since <b></b>. What stands here is old.</p></body></html>
        """;

    public async Task<IResult> Whole(CancellationToken stopping)
    {
        var status = await front.Read("/", stopping) ?? Empty.Replace("{0}", sights.Armed is null ? "The arbiters are starting" : "No replica of the arbiter answers", StringComparison.Ordinal);
        var world = Sight.Of(await sights.World(stopping), sights.Armed);
        var html = new Html();
        Markup.Write(html, world, FaultView.Of(panel.Faults));
        return TypedResults.Text(Insert(status, html.ToString()), "text/html", Encoding.UTF8);
    }

    /// <exception cref="InvalidOperationException">The status page has another frame than this was written for.</exception>
    internal static string Insert(string status, string body)
    {
        const string end = "</head><body>";
        var at = status.IndexOf(end, StringComparison.Ordinal);
        if (at < 0) throw new InvalidOperationException($"the status page has no '{end}' for the demo to insert its part at");
        return string.Concat(status.AsSpan(0, at), Head, end, string.Concat(body, status.AsSpan(at + end.Length)));
    }
}
