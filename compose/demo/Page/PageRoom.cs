using Arbiter.Api;
using Arbiter.Dashboard;
using Demo.Panel;

namespace Demo.Page;

/// <summary>
/// The demo's front: the status page of a replica that answers, unchanged, with the fault panel, the story and a picture of the world
/// beside it. Needs <see cref="IFaultPanel"/>, <see cref="IStoryline"/> and <see cref="ISights"/>.
/// </summary>
internal static class PageRoom
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Passed = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Options, HttpMethods.Post];

    public static IServiceCollection AddPage(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<Front>();
        services.AddSingleton<FrontPage>();
        services.AddSingleton<PanelApi>();
        services.AddSingleton<StoryStream>();
        return services;
    }

    public static WebApplication UsePage(this WebApplication app)
    {
        app.UseKnownHosts([], "Open the page at the address that the demo printed.");
        // what a replica answered carries its own headers already
        app.UseWhen(http => IsOwn(http.Request.Path), own => own.Use((HttpContext http, RequestDelegate next) => SafetyHeaders.Add(http, next)));

        app.MapMethods("/", Reads, (FrontPage page, HttpContext http) => page.Whole(http.RequestAborted));
        app.MapDashboardAssets();
        Asset(app, "page.css", "text/css; charset=utf-8");
        Asset(app, "page.js", "text/javascript; charset=utf-8");

        app.MapMethods("/demo/faults", Reads, (PanelApi panel) => panel.List());
        app.MapPut("/demo/faults/{**id:minlength(1)}", (string id, PanelApi panel, HttpContext http) => panel.Set(http, id));
        app.MapDelete("/demo/faults", (PanelApi panel, HttpContext http) => panel.Heal(http));
        app.MapGet("/demo/story", (StoryStream story, HttpContext http) => story.Open(http));
        app.Map("/demo/{**rest}", PanelApi.NothingHere);
        app.MapMethods("/{**rest}", Passed, (Front front, HttpContext http) => front.Pass(http));
        return app;
    }

    private static bool IsOwn(PathString path) => path == "/" || path.StartsWithSegments("/demo") || path.StartsWithSegments("/assets");

    private static void Asset(WebApplication app, string name, string type) =>
        PageFile.Map(app, $"/demo/{name}", type, PageFile.Embedded(typeof(PageRoom).Assembly, $"page/{name}"));
}
