using Arbiter.Notifications;

namespace Arbiter.Api;

/// <summary>The notifications over HTTP: how they stand, sending again, trying a receiver.</summary>
internal static class NotificationRoutes
{
    public const string Prefix = "/api/v1/notifications/";

    public static void MapNotifications(this RouteGroupBuilder api, string[] reads)
    {
        api.MapMethods("/notifications", reads, (ViewBuilder views, INotifications notifications) =>
            Answers.Json(NotificationShapes.View(views.Build().AnsweredBy, notifications.Status), ApiJson.Default.NotificationsView));
        api.MapPost("/notifications/test", async (HttpContext http, INotificationVerbs verbs) =>
            CrossSite.Refusal(http) ?? Answer(http, await verbs.Test(Receiver(http), http.Request.Query["wait"] == "true", http.RequestAborted)));
        api.MapPost("/notifications/{id}/redeliver", async (string id, HttpContext http, INotificationVerbs verbs) =>
            CrossSite.Refusal(http) ?? Answer(http, await verbs.Redeliver(id, Receiver(http), http.RequestAborted)));
    }

    private static string? Receiver(HttpContext http) => http.Request.Query["receiver"].ToString() is { Length: > 0 } name ? name : null;

    private static IResult Answer(HttpContext http, VerbAnswer answer)
    {
        if (answer.Status is 503 or 429) http.Response.Headers.RetryAfter = "5";
        return answer.Good
            ? Answers.Json(NotificationShapes.View(answer), ApiJson.Default.NotificationDone, answer.Status)
            : Answers.Problem(http, answer.Status, answer.Title, answer.Detail);
    }
}
