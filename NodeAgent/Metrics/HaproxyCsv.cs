namespace NodeAgent.Metrics;

/// <summary><c>show stat</c>: a header that begins with "# ", one line per proxy and server, quotes where a value holds a comma.</summary>
internal static class HaproxyCsv
{
    private const int MostRows = 4096;
    private const int MostColumns = 256;

    /// <returns>null when it is not haproxy's CSV. Lines with another number of fields than the header has are left out.</returns>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>>? Parse(string text)
    {
        var lines = text.Split('\n');
        if (!lines[0].StartsWith("# pxname,svname,", StringComparison.Ordinal)) return null;
        var header = Fields(lines[0][2..].TrimEnd('\r'));
        var rows = new List<IReadOnlyDictionary<string, string>>();
        foreach (var line in lines.Skip(1).Where(l => l.Length > 1).Take(MostRows))
        {
            var fields = Fields(line.TrimEnd('\r'));
            if (fields.Count != header.Count) continue;
            var row = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < fields.Count; i++)
                if (header[i].Length > 0) row[header[i]] = fields[i];
            rows.Add(row);
        }
        return rows;
    }

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var at = 0;
        while (at <= line.Length && fields.Count < MostColumns)
        {
            if (at < line.Length && line[at] == '"')
            {
                var end = at + 1;
                var value = new System.Text.StringBuilder();
                while (end < line.Length)
                {
                    if (line[end] == '"' && (end + 1 >= line.Length || line[end + 1] != '"')) break;
                    if (line[end] == '"') end++;
                    value.Append(line[end++]);
                }
                fields.Add(value.ToString());
                var comma = line.IndexOf(',', Math.Min(end, line.Length));
                at = comma < 0 ? line.Length + 1 : comma + 1;
                continue;
            }
            var next = line.IndexOf(',', at);
            if (next < 0) next = line.Length;
            fields.Add(line[at..next]);
            at = next + 1;
        }
        return fields;
    }
}
