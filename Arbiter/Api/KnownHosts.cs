using System.Globalization;
using System.Net;

namespace Arbiter.Api;

/// <summary>
/// A page of somebody else can let its own name lead to this machine (DNS rebinding); a browser then takes what is served here for a part of that page. Such
/// a request carries the foreign name. So it must name this server as it is reached: by a literal address, which no name service can
/// redirect, as localhost, or by a name that was allowed. A request without a name comes from no browser.
/// </summary>
internal static class KnownHosts
{
    private static readonly IdnMapping s_idn = new();

    /// <param name="names">Allowed besides localhost, such as that of a proxy in front.</param>
    /// <param name="howTo">What to do for a name that is meant, as a sentence.</param>
    public static IApplicationBuilder UseKnownHosts(this IApplicationBuilder app, IReadOnlyList<string> names, string howTo) => app.Use((HttpContext http, RequestDelegate next) =>
        IsKnown(http.Request.Host.Host, names) ? next(http)
        : Answers.Problem(http, StatusCodes.Status421MisdirectedRequest, "Unknown host", $"This server is reached by its address or as localhost, and the request names another host. {howTo}").ExecuteAsync(http));

    internal static bool IsKnown(string host, IReadOnlyList<string> names)
    {
        var name = Bare(host);
        return name.Length == 0 || name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name.Trim('[', ']'), out _)
            || names.Any(n => Ascii(Bare(n)).Equals(Ascii(name), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The dot of the root says nothing.</summary>
    private static string Bare(string name) => name.EndsWith('.') ? name[..^1] : name;

    /// <summary>A name in other letters has two spellings, and one of them comes here whatever was sent. What is no name at all equals only itself.</summary>
    private static string Ascii(string name)
    {
        try
        {
            return s_idn.GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name;
        }
    }
}
