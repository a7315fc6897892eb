using System.Globalization;
using Arbiter.Api;
using Arbiter.Core;

namespace Arbiter.Cli;

/// <summary>Events as lines: when, how grave, what, who, why.</summary>
internal static class PastText
{
    public static void Write(Terminal to, HistoryView answer, IReadOnlyList<EventView> entries)
    {
        if (entries.Count == 0) to.Out.WriteLine("nothing is recorded");
        var widths = (What: Width(entries, What), Who: Width(entries, Who));
        foreach (var e in entries)
        {
            var took = e.Outcome?.RecoveryMs is { } ms ? $"  (recovered in {Span(ms)})" : "";
            to.Out.WriteLine($"{to.Paint(At(e.At), Tone.Soft)}  {to.Paint(e.Severity, ToneOf(e.Severity), 8)}  {to.Paint(What(e), Tone.Plain, widths.What)}  {to.Paint(Who(e), Tone.Plain, widths.Who)}  {Terminal.Clean(e.Reason)}{took}");
        }
        Servers(to, answer);
    }

    /// <summary>Only what a reader must know: that servers did not answer, or cannot keep history.</summary>
    private static void Servers(Terminal to, HistoryView answer)
    {
        if (answer.Answered == 0) to.Error.WriteLine("arbiter: no server answered: only what the register itself still holds is shown");
        else if (answer.Answered < answer.Servers.Length) to.Error.WriteLine($"arbiter: {answer.Answered} of {answer.Servers.Length} servers answered; together they may have gaps");
        foreach (var s in answer.Servers.Where(s => s.State is not ("ok" or "starting")))
            to.Error.WriteLine($"arbiter: history on {Terminal.Clean(s.Address)}: {Terminal.Clean(s.State)}: {Terminal.Clean(s.Detail ?? "")}");
    }

    public static string What(EventView e) => e.Type switch
    {
        EventTypes.RoleChanged => "role",
        EventTypes.DecisionMade => "decision",
        EventTypes.DiagnosisRaised => "raised",
        EventTypes.DiagnosisCleared => "cleared",
        EventTypes.LeaderChanged => "leader",
        EventTypes.ScheduleMissed => "missed",
        EventTypes.EventsCoalesced => "coalesced",
        _ => e.Type,
    };

    public static string Who(EventView e) => e.Type switch
    {
        EventTypes.RoleChanged => $"{e.Node} {e.From ?? "?"} -> {e.To}",
        EventTypes.DecisionMade => $"{e.From ?? "nobody"} -> {e.To}",
        _ when e.Node is { } node => $"{e.To} {node}",
        _ => e.To ?? "",
    };

    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A duration in the unit that a person would use.</summary>
    public static string Span(long ms) => ms switch
    {
        < 0 => "-" + Span(-ms),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{ms} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.0} s"),
        < 7_200_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000} min"),
        < 172_800_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 3_600_000} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 86_400_000} d"),
    };

    public static Tone ToneOf(string severity) => severity switch { Severities.Critical => Tone.Bad, Severities.Warning => Tone.Mild, _ => Tone.Soft };

    private static int Width(IReadOnlyList<EventView> entries, Func<EventView, string> column) => entries.Count == 0 ? 0 : Math.Min(40, entries.Max(e => column(e).Length));
}
