namespace House.Tests.Rules;

/// <summary>
/// A room may use another room's ports and values, never its adapter. Ports and values are what stands in a port file: one that declares a
/// public interface. What else a room declares is its own affair. Program.cs and the wiring beside it put rooms together.
/// </summary>
internal static class Adapters
{
    private static readonly string[] Everybodys = ["Core", "Configuration", "Hosting"];

    /// <summary>The page and the commands show what the API tells: they share its shapes.</summary>
    private static readonly (string Room, string Of)[] Allowed = [("Dashboard", "Api"), ("Cli", "Api")];

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
                if (Allowed.Contains((Room(other.File, program)!, room.Key))) continue;
                var space = $"{program}.{room.Key}";
                if (!other.Usings.Contains(space) && !other.Mentions(space)) continue;
                foreach (var type in inner.Where(t => other.Names(t)).Order(StringComparer.Ordinal))
                    yield return $"{other.File} names {type}, which is inside {program}/{room.Key}: use a port of that room, or make one";
            }
        }
    }

    private static bool IsPort(Source source) => source.Code.Contains("public interface I", StringComparison.Ordinal);

    private static string? Room(string file, string program)
    {
        var parts = file.Split('/');
        return parts.Length > 2 && parts[0] == program ? parts[1] : null;
    }
}
