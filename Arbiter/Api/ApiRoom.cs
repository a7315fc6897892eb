using Arbiter.Configuration;
using Arbiter.Events;
using Arbiter.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Arbiter.Api;

/// <summary>The HTTP API (docs/api.md). Every replica answers from what it knows itself and says who leads.</summary>
internal static class ApiRoom
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddSingleton<StatusWatch>();
        services.AddHostedService(s => s.GetRequiredService<StatusWatch>());
        services.AddSingleton<ViewBuilder>();
        services.AddSingleton<EventStream>();
        services.AddSingleton<HistoryApi>();
        return services;
    }

    public static WebApplication UseApi(this WebApplication app)
    {
        app.Use((HttpContext http, RequestDelegate next) => SafetyHeaders.Add(http, next));
        app.UseKnownHosts(app.Services.GetService<ArbiterOptions>()?.HttpHosts ?? [], "Allow a name that is meant with http.hosts in arbiter.yaml.");
        app.Use(Options);
        app.UseStatusCodePages(EmptyAnswer);

        app.MapMethods("/livez", Reads, (ILiveness liveness) =>
        {
            var report = liveness.Check();
            return Answers.Json(new LivenessView(report.Alive, report.Reason), ApiJson.Default.LivenessView, Status(report.Alive));
        });
        app.MapMethods("/readyz", Reads, (ViewBuilder views) =>
        {
            var ready = views.Build().Readiness;
            return Answers.Json(ready, ApiJson.Default.ReadinessView, Status(ready.Ready));
        });

        var api = app.MapGroup("/api/v1").AddEndpointFilter(SayWhoLeads);
        api.MapMethods("/status", Reads, (ViewBuilder views) => Answers.Json(views.Build(), ApiJson.Default.Overview));
        api.MapMethods("/groups", Reads, (ViewBuilder views) =>
        {
            var o = views.Build();
            return Answers.Json(new GroupList(o.Version, o.AnsweredBy, o.Verdict, o.Bus, o.Groups), ApiJson.Default.GroupList);
        });
        api.MapMethods("/groups/{name}", Reads, (string name, ViewBuilder views, HttpContext http) =>
        {
            var groups = views.Build().Groups;
            return groups.FirstOrDefault(g => g.Name == name) is { } group
                ? Answers.Json(group, ApiJson.Default.GroupView)
                : Answers.Unknown(http, "group", name, groups.Select(g => g.Name));
        });
        api.MapMethods("/groups/{name}/history", Reads, (string name, string? limit, string? before, HistoryApi past, HttpContext http) =>
            past.List(http, name, limit, before, http.RequestAborted));
        api.MapMethods("/groups/{name}/explain", Reads, (string name, [FromQuery(Name = "event")] string? id, HistoryApi past, HttpContext http) =>
            past.Explain(http, name, id, http.RequestAborted));
        api.MapMethods("/history", Reads, (string? limit, string? before, HistoryApi past, HttpContext http) =>
            past.List(http, null, limit, before, http.RequestAborted));
        api.MapMethods("/nodes", Reads, (ViewBuilder views) =>
        {
            var o = views.Build();
            return Answers.Json(new NodeList(o.Version, o.AnsweredBy, o.Nodes), ApiJson.Default.NodeList);
        });
        api.MapMethods("/nodes/{name}", Reads, (string name, ViewBuilder views, HttpContext http) =>
        {
            var nodes = views.Build().Nodes;
            return nodes.FirstOrDefault(n => n.Name == name) is { } node
                ? Answers.Json(node, ApiJson.Default.NodeView)
                : Answers.Unknown(http, "node", name, nodes.Select(n => n.Name));
        });
        api.MapMethods("/quorum", Reads, (ViewBuilder views) => Answers.Json(views.Build().Quorum, ApiJson.Default.QuorumView));
        api.MapMethods("/arbiters", Reads, (ViewBuilder views, HttpContext http) => Answers.Json(
            ArbitersView.Of(views.Build().AnsweredBy, http.RequestServices.GetService<IEventPlane>()?.Status, http.RequestServices.GetService<IReplicaNews>()?.Newest),
            ApiJson.Default.ArbitersView));
        // an arbiter without receivers has the room all the same; a host of the page alone has not
        if (app.Services.GetService<Arbiter.Notifications.INotifications>() is not null) api.MapNotifications(Reads);
        api.MapGet("/events", (EventStream events, HttpContext http) => events.Open(http));
        return app;
    }

    private static int Status(bool good) => good ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static ValueTask<object?> SayWhoLeads(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var register = context.HttpContext.RequestServices.GetRequiredService<StatusWatch>().Now.Register;
        context.HttpContext.Response.Headers["Arbiter-Role"] = ApiJson.Word(register.State);
        // a header takes printable ASCII only; a leader's name is read from the register, so it is looked at first
        if (register.Leader is { } leader && leader.All(c => c is > ' ' and < '\x7f')) context.HttpContext.Response.Headers["Arbiter-Leader"] = leader;
        return next(context);
    }

    // everything but the verbs is read-only
    private static Task Options(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsOptions(http.Request.Method)) return next(http);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.Allow = IsVerb(http) ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
        return Task.CompletedTask;
    }

    private static bool IsVerb(HttpContext http) => http.Request.Path.StartsWithSegments("/api/v1/notifications", out var rest) && rest.HasValue;

    private static Task EmptyAnswer(Microsoft.AspNetCore.Diagnostics.StatusCodeContext context)
    {
        var http = context.HttpContext;
        var (title, detail) = http.Response.StatusCode switch
        {
            404 => (Answers.NothingThere, "Nothing is served here; the API is at /api/v1/groups, nodes, quorum and events, the status page at /."),
            405 when IsVerb(http) => ("Method not allowed", "This is asked for by POST."),
            405 => ("Method not allowed", "Everything here is read-only: GET, HEAD, OPTIONS."),
            var status => ($"Status {status}", "The request could not be answered."),
        };
        return Answers.Problem(http, http.Response.StatusCode, title, detail).ExecuteAsync(http);
    }
}
