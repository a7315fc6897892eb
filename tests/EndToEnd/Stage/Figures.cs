using System.Globalization;

namespace EndToEnd.Stage;

/// <summary>What was measured on the way, for people: one table at the end of the run.</summary>
internal sealed class Figures
{
    private readonly Lock _gate = new();
    private readonly List<(string What, string Value)> _rows = [];

    public void Add(string what, string value)
    {
        lock (_gate) _rows.Add((what, value));
    }

    public void Milliseconds(string what, params IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        var text = sorted.Count == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{sorted[0]:0.0} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{Median(sorted):0.0} ms median of {sorted.Count} ({sorted[0]:0.0} to {sorted[^1]:0.0})");
        Add(what, text);
    }

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    public void Print(string file)
    {
        lock (_gate)
        {
            var width = _rows.Count == 0 ? 0 : _rows.Max(row => row.What.Length);
            var lines = _rows.Select(row => $"  {row.What.PadRight(width)}  {row.Value}").Prepend("Measured:").ToList();
            foreach (var line in lines) Console.WriteLine(line);
            File.WriteAllLines(file, lines);
        }
    }
}
