using System.Reflection;
using System.Text;

namespace Arbiter.Dashboard;

/// <summary>A style sheet, script or picture that was built into the program.</summary>
internal static class PageFile
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(WebApplication app, string path, string type, string text) =>
        app.MapMethods(path, Reads, (HttpContext http) =>
        {
            // short, so that an upgraded program is not shown through an old script
            http.Response.Headers.CacheControl = "max-age=60";
            return TypedResults.Text(text, type, Encoding.UTF8);
        });

    /// <exception cref="InvalidOperationException">It was not built in.</exception>
    public static string Embedded(Assembly program, string name)
    {
        using var stream = program.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the file {name} was not built into the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
