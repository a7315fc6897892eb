using System.Text;
using Contracts.Wire;

namespace NodeAgent.Probes;

/// <summary>What a plugin wrote, as a reason: the first line, without performance data and without control characters.</summary>
internal static class NagiosOutput
{
    /// <returns>Empty when it said nothing.</returns>
    public static string Reason(ReadOnlySpan<byte> output)
    {
        var end = output.IndexOf((byte)'\n');
        var line = end < 0 ? output : output[..end];
        var perf = line.IndexOf((byte)'|');
        var text = Encoding.UTF8.GetString(perf < 0 ? line : line[..perf]);
        return WireLimits.Clip(text.Trim(), SampleSink.ReasonLimit).Trim();
    }
}
