using System.Text;

namespace NodeAgent.Probes;

/// <summary>
/// The CSV of haproxy's <c>show stat</c>. Columns are found by name, because each version adds some; fields may be quoted, with quotes
/// inside doubled and line ends inside allowed. A row that is too short has empty fields; columns beyond the heading have no name.
/// </summary>
internal sealed class HaproxyTable
{
    public const int MostRows = 16 * 1024;
    public const int MostColumns = 512;

    private static readonly string[] s_needed = ["pxname", "svname", "status", "type"];
    private readonly byte[] _bytes;
    private readonly Dictionary<string, int> _columns;
    private readonly int[] _starts;

    private HaproxyTable(byte[] bytes, Dictionary<string, int> columns, int[] starts) => (_bytes, _columns, _starts) = (bytes, columns, starts);

    public IReadOnlyCollection<string> Columns => _columns.Keys;

    public IEnumerable<HaproxyRow> Rows => _starts.Select(start => new HaproxyRow(this, start));

    /// <param name="bytes">The whole answer; owned by the table from now on.</param>
    /// <returns>null and what is wrong, when this is no such table.</returns>
    public static (HaproxyTable? Table, string Problem) Parse(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith("# "u8)) return (null, $"the answer is no statistics: {FirstLine(bytes)}");
        if (bytes[^1] != '\n') return (null, "the answer breaks off");
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var at = 2;
        var last = false;
        for (var number = 0; !last && at < bytes.Length; number++)
        {
            (var field, at, last) = Field(bytes, at);
            var name = Text(bytes.AsSpan(field));
            if (name.Length > 0 && number < MostColumns) columns.TryAdd(name, number);
        }
        foreach (var needed in s_needed)
            if (!columns.ContainsKey(needed)) return (null, $"the statistics have no column '{needed}'");

        var starts = new List<int>();
        while (at < bytes.Length)
        {
            if (bytes[at] is (byte)'\n' or (byte)'\r') { at++; continue; }
            if (starts.Count == MostRows) return (null, $"the statistics have more than {MostRows} rows");
            starts.Add(at);
            for (last = false; !last && at < bytes.Length;) (_, at, last) = Field(bytes, at);
        }
        return (new HaproxyTable(bytes, columns, [.. starts]), "");
    }

    /// <summary>The raw field of a row, with its quotes; empty when the column or the field is not there.</summary>
    internal ReadOnlySpan<byte> Raw(int start, string column)
    {
        if (!_columns.TryGetValue(column, out var wanted)) return default;
        for (var number = 0; start < _bytes.Length; number++)
        {
            var (field, next, last) = Field(_bytes, start);
            if (number == wanted) return _bytes.AsSpan(field);
            if (last) return default;
            start = next;
        }
        return default;
    }

    /// <summary>The field that starts there, where the next one does, and whether it was the last of its row.</summary>
    private static (Range Field, int Next, bool Last) Field(ReadOnlySpan<byte> bytes, int start)
    {
        var at = start;
        if (at < bytes.Length && bytes[at] == '"')
        {
            for (at++; at < bytes.Length; at++)
            {
                if (bytes[at] != '"') continue;
                if (at + 1 < bytes.Length && bytes[at + 1] == '"') at++;
                else break;
            }
        }
        var end = bytes[Math.Min(at, bytes.Length)..].IndexOfAny((byte)',', (byte)'\n');
        if (end < 0) return (start..bytes.Length, bytes.Length, true);
        end += at;
        var last = bytes[end] == '\n';
        return (start..(last && end > start && bytes[end - 1] == '\r' ? end - 1 : end), end + 1, last);
    }

    internal static string Text(ReadOnlySpan<byte> field)
    {
        if (field.Length < 2 || field[0] != '"' || field[^1] != '"') return Encoding.UTF8.GetString(field);
        return Encoding.UTF8.GetString(field[1..^1]).Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    internal static string FirstLine(ReadOnlySpan<byte> bytes)
    {
        var line = bytes.TrimStart("\r\n "u8);
        var end = line.IndexOf((byte)'\n');
        return line.Length == 0 ? "it is empty" : Encoding.UTF8.GetString(line[..Math.Min(end < 0 ? line.Length : end, 120)]);
    }
}
