using System.Globalization;
using System.Text;

namespace NodeAgent.Tests.Metrics;

/// <summary>Reads the text form back, by the format's own rules and nothing of the writer's.</summary>
internal sealed class Exposed
{
    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);
    public List<(string Name, SortedDictionary<string, string> Labels, double Value)> Samples { get; } = [];

    public static Exposed Read(ReadOnlyMemory<byte> bytes)
    {
        var exposed = new Exposed();
        foreach (var line in Encoding.UTF8.GetString(bytes.Span).Split('\n'))
        {
            if (line.Length == 0 || line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) exposed.Types.Add(line.Split(' ')[2], line.Split(' ')[3]);
            else exposed.Samples.Add(Sample(line));
        }
        return exposed;
    }

    public double? Value(string name, params (string, string)[] labels)
    {
        var found = Samples.Where(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Item1) == l.Item2)).ToList();
        return found.Count == 0 ? null : Assert.Single(found).Value;
    }

    private static (string, SortedDictionary<string, string>, double) Sample(string line)
    {
        var at = line.IndexOfAny(['{', ' ']);
        var (name, labels) = (line[..at], new SortedDictionary<string, string>(StringComparer.Ordinal));
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                var equals = line.IndexOf('=', at);
                var label = line[at..equals];
                Assert.Equal('"', line[equals + 1]);
                var value = new StringBuilder();
                for (at = equals + 2; line[at] != '"'; at++)
                    value.Append(line[at] != '\\' ? line[at] : line[++at] switch { 'n' => '\n', '"' => '"', '\\' => '\\', var other => throw new FormatException($"\\{other}") });
                labels.Add(label, value.ToString());
                if (line[++at] == ',') at++;
            }
            at++;
        }
        Assert.Equal(' ', line[at]);
        var number = line[(at + 1)..];
        return (name, labels, number switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) });
    }
}
