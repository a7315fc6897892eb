namespace Arbiter.Api;

/// <summary>A page of another site can make a browser ask for something here, with the address that it shows as the only sign of it.</summary>
internal static class CrossSite
{
    /// <summary>The answer to a request that changes something and was sent for another site; null when it was not.</summary>
    public static IResult? Refusal(HttpContext http)
    {
        var headers = http.Request.Headers;
        var site = headers["Sec-Fetch-Site"].ToString();
        var origin = headers.Origin.ToString();
        var own = origin.Length == 0 || Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == http.Request.Host.Value;
        return own && site is "" or "same-origin" or "none"
            ? null
            : Answers.Problem(http, StatusCodes.Status403Forbidden, "Refused", "A page of another site asked for this.");
    }
}
