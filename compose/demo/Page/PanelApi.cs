using System.Collections.Immutable;
using System.Text.Json;
using Arbiter.Api;
using Demo.Panel;

namespace Demo.Page;

/// <summary>The fault panel over HTTP: what is broken, break or mend one, mend all. Only a page of this site may.</summary>
internal sealed class PanelApi(IFaultPanel panel)
{
    public IResult List() => Json(null);

    public async Task<IResult> Set(HttpContext http, string id)
    {
        if (CrossSite.Refusal(http) is { } refusal) return refusal;
        if (!http.Request.HasJsonContentType())
            return Answers.Problem(http, StatusCodes.Status415UnsupportedMediaType, "No JSON", """Send application/json: {"on": true} or {"on": false}.""");
        Press? press;
        try
        {
            press = await JsonSerializer.DeserializeAsync(http.Request.Body, PageJson.Default.Press, http.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            press = null;
        }
        if (press is null) return Answers.Problem(http, StatusCodes.Status400BadRequest, "Bad body", """The body must be {"on": true} or {"on": false}.""");
        // the one sign that a path keeps encoded: whoever encodes an id as a whole sends it so
        return await panel.Set(id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), press.On, http.RequestAborted) is { } done
            ? Json(done)
            : Answers.Problem(http, StatusCodes.Status404NotFound, "Unknown fault", "There is no such fault; 'known' lists all.", [.. panel.Faults.Select(f => f.Id)]);
    }

    public async Task<IResult> Heal(HttpContext http)
    {
        if (CrossSite.Refusal(http) is { } refusal) return refusal;
        await panel.Heal(http.RequestAborted);
        return Json("Everything is mended.");
    }

    public static IResult NothingHere(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments("/demo/faults", out var rest) && http.Request.Path != "/demo/story")
            return Answers.Problem(http, StatusCodes.Status404NotFound, Answers.NothingThere, "The demo serves /demo/faults and /demo/story.");
        var allow = http.Request.Path == "/demo/story" ? "GET" : rest.HasValue ? "PUT" : "GET, HEAD, DELETE";
        http.Response.Headers.Allow = allow;
        return Answers.Problem(http, StatusCodes.Status405MethodNotAllowed, "Method not allowed", $"Allowed here: {allow}.");
    }

    private IResult Json(string? done) => Answers.Json(new FaultList(done, FaultView.Of(panel.Faults)), PageJson.Default.FaultList);
}
