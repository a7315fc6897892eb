using System.Globalization;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>What an answer of haproxy means.</summary>
internal static class HaproxyVerdict
{
    private const int Named = 4;

    /// <summary>
    /// Good when enough servers of the backend take new connections: UP (also <c>UP 1/3</c>, on its way down) and those without a check.
    /// DRAIN, MAINT, NOLB and DOWN (also <c>DOWN 1/2</c>, on its way up) do not count.
    /// </summary>
    public static (SampleResult Result, string Reason) Servers(HaproxyTable table, string backend, int least)
    {
        var (up, all, known) = (0, 0, false);
        var others = new List<string>();
        foreach (var row in table.Rows)
        {
            if (row.Kind is not (HaproxyRowKind.Server or HaproxyRowKind.Backend) || row.Proxy != backend) continue;
            known = true;
            if (row.Kind != HaproxyRowKind.Server) continue;
            all++;
            var status = row.Status;
            if (IsUp(status)) up++;
            else if (others.Count <= Named) others.Add($"{row.Name} {status}{(row["check_status"].TrimStart('*', ' ') is { Length: > 0 } check && status.StartsWith("DOWN", StringComparison.Ordinal) ? $" ({check})" : "")}");
        }
        if (!known) return (SampleResult.Bad, $"haproxy has no backend '{backend}'; it has {Backends(table)}");
        var count = string.Create(CultureInfo.InvariantCulture, $"{up} of {all} servers up");
        if (up >= least) return (SampleResult.Good, others.Count == 0 ? count : $"{count}; {List(others)}");
        return (SampleResult.Bad, $"{count}, {least} needed{(others.Count == 0 ? "" : $"; {List(others)}")}");
    }

    public static bool IsUp(string status) => status is "UP" or "no check" || status.StartsWith("UP ", StringComparison.Ordinal);

    /// <summary>The answer to <c>show info</c>: lines of <c>Name: value</c>.</summary>
    public static (SampleResult Result, string Reason) Info(ReadOnlySpan<byte> answer)
    {
        var text = System.Text.Encoding.UTF8.GetString(answer);
        string? Of(string key)
        {
            foreach (var line in text.AsSpan().EnumerateLines())
                if (line.StartsWith(key, StringComparison.Ordinal)) return line[key.Length..].Trim().ToString();
            return null;
        }
        if (Of("Name: ") is not { } name || Of("Pid: ") is not { } pid) return (SampleResult.Bad, $"the answer is no 'show info': {HaproxyTable.FirstLine(answer)}");
        return (SampleResult.Good, $"{name} {Of("Version: ")} answers, pid {pid}");
    }

    private static string List(List<string> others) => string.Join(", ", others.Take(Named)) + (others.Count > Named ? ", ..." : "");

    private static string Backends(HaproxyTable table)
    {
        var names = table.Rows.Where(r => r.Kind == HaproxyRowKind.Backend).Select(r => r.Proxy).Distinct().Take(6).ToList();
        return names.Count == 0 ? "none" : string.Join(", ", names.Take(5)) + (names.Count > 5 ? ", ..." : "");
    }
}
