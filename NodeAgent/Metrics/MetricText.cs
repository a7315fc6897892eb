using System.Buffers;
using System.Globalization;
using System.Text;

namespace NodeAgent.Metrics;

internal enum MetricType { Gauge, Counter }

/// <summary>
/// Prometheus' text form, version 0.0.4, into one growing buffer with an end. A family is declared by its first sample, so that one without
/// a sample is absent; its samples stay together. Label values may be anything: they are escaped, and broken UTF-16 becomes U+FFFD.
/// </summary>
internal sealed class MetricText(int most = MetricText.MostBytes)
{
    public const int MostBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _out = new(16 * 1024);
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private string _current = "";

    public ReadOnlyMemory<byte> Written => _out.WrittenMemory;

    /// <summary>Samples that were left out: the text had grown to its end, or their family was closed already.</summary>
    public int Dropped { get; private set; }

    public void Add(string name, MetricType type, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (_out.WrittenCount >= most || (name != _current && _declared.Contains(name)))
        {
            Dropped++;
            return;
        }
        if (name != _current)
        {
            _declared.Add(name);
            _current = name;
            Put($"# HELP {name} {EscapeHelp(help)}\n# TYPE {name} {(type == MetricType.Counter ? "counter" : "gauge")}\n");
        }
        Put(name);
        var first = true;
        foreach (var (label, text) in labels)
        {
            // an empty label and a missing one are the same to Prometheus
            if (text.Length == 0) continue;
            Put(first ? "{" : ",");
            Put(label);
            Put("=\"");
            Put(Escape(text));
            Put("\"");
            first = false;
        }
        Put(first ? " " : "} ");
        Put(Number(value));
        Put("\n");
    }

    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) => Add(name, MetricType.Gauge, help, value, labels);

    public void Counter(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) => Add(name, MetricType.Counter, help, value, labels);

    /// <summary>Backslash, quote and line feed, as the format has it; everything else stays.</summary>
    public static string Escape(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0 ? value : value.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private static string EscapeHelp(string help) => help.Replace("\\", @"\\").Replace("\n", "\\n");

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private void Put(string text) => Encoding.UTF8.GetBytes(text, _out);
}
