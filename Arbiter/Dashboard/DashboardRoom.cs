using System.Text;
using Arbiter.Api;

namespace Arbiter.Dashboard;

/// <summary>The status page at <c>/</c> and the files it needs; nothing is fetched from elsewhere.</summary>
internal static class DashboardRoom
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static WebApplication UseDashboard(this WebApplication app)
    {
        app.MapMethods("/", Reads, (ViewBuilder views) => Page(StatusPage.Whole(views.Build())));
        app.MapMethods("/fragment", Reads, (ViewBuilder views) => Page(StatusPage.Fragment(views.Build())));
        return app.MapDashboardAssets();
    }

    /// <summary>The files alone: for a host that shows the page of another process.</summary>
    public static WebApplication MapDashboardAssets(this WebApplication app)
    {
        Asset(app, "app.css", "text/css; charset=utf-8", Embedded("app.css"));
        Asset(app, "app.js", "text/javascript; charset=utf-8", Embedded("app.js"));
        foreach (var (level, colour) in new[] { ("ok", "#1a8f4c"), ("warning", "#d98a00"), ("critical", "#d0312d"), ("unknown", "#7a7f87") })
            Asset(app, $"{level}.svg", "image/svg+xml", $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="{colour}"/></svg>""");
        return app;
    }

    private static IResult Page(string html) => TypedResults.Text(html, "text/html", Encoding.UTF8);

    private static void Asset(WebApplication app, string name, string type, string text) => PageFile.Map(app, $"/assets/{name}", type, text);

    private static string Embedded(string name) => PageFile.Embedded(typeof(DashboardRoom).Assembly, $"dashboard/{name}");
}
