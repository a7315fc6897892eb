using System.Text.RegularExpressions;

namespace House.Tests.Rules;

/// <summary>
/// A room may use another room's ports and values, never its adapter. Ports and values are what stands in a port file: one that declares an
/// interface. What else a room declares is its own affair. Program.cs, the wiring beside it and the commands put rooms together.
/// </summary>
internal static class Adapters
{
    /// <summary>Not rooms but ground: pure types, checked options, the process, the operating system's calls, the record of steps.</summary>
    private static readonly string[] Everybodys = ["Core", "Configuration", "Hosting", "Linux", "Journal"];

    /// <summary>The page and the commands show what the API tells: they share its shapes. The metrics listen
    /// where and as the API does.</summary>
    private static readonly (string Room, string Of)[] Allowed = [("Dashboard", "Api"), ("Telemetry", "Api")];

    public static IEnumerable<string> Check(IReadOnlyList<Source> sources, string program)
    {
        var rooms = sources.Where(s => Room(s.File, program) is not null).ToLookup(s => Room(s.File, program)!);
        foreach (var room in rooms)
        {
            if (Everybodys.Contains(room.Key)) continue;
            var ports = room.Where(IsPort).SelectMany(s => s.Types).ToHashSet();
            var inner = room.Where(s => !IsPort(s)).SelectMany(s => s.Types).Where(t => !ports.Contains(t)).ToHashSet();
            foreach (var other in rooms.Where(r => r.Key != room.Key).SelectMany(r => r))
            {
                if (Room(other.File, program) == "Cli" || Allowed.Contains((Room(other.File, program)!, room.Key))) continue;
                var space = $"{program}.{room.Key}";
                if (!other.Usings.Contains(space) && !other.Mentions(space)) continue;
                var own = rooms[Room(other.File, program)!].SelectMany(s => s.Types).ToHashSet();
                foreach (var type in inner.Where(t => !own.Contains(t) && UsesType(other, t)).Order(StringComparer.Ordinal))
                    yield return $"{other.File} names {type}, which is inside {program}/{room.Key}: use a port of that room, or make one";
            }
        }
    }

    private static bool IsPort(Source source) => Regex.IsMatch(source.Code, @"\binterface I[A-Z]");

    // a member may bear the same name: a type is followed by a variable, a member, arguments or the end of a type argument
    private static bool UsesType(Source source, string type) =>
        Regex.IsMatch(source.Code, $@"(?<![\w.]){type}(?=\s+[a-z_]\w*|[.(<>?)\[,])");

    private static string? Room(string file, string program)
    {
        var parts = file.Split('/');
        return parts.Length > 2 && parts[0] == program ? parts[1] : null;
    }
}
