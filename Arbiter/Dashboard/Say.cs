using System.Globalization;
using Arbiter.Api;
using Arbiter.Core;

namespace Arbiter.Dashboard;

/// <summary>Figures as a person reads them.</summary>
internal static class Say
{
    /// <summary>The script writes ages in the same words while they tick.</summary>
    public static string Age(long? ms) => ms switch
    {
        null => "never",
        < 1000 => "now",
        < 60_000 => $"{ms / 1000} s",
        < 3_600_000 => $"{ms / 60_000} min",
        < 172_800_000 => $"{ms / 3_600_000} h",
        _ => $"{ms / 86_400_000} d",
    };

    public static string Latency(double? ms) => ms switch
    {
        null => "",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
    };

    /// <summary>An event in two or three words.</summary>
    public static string What(EventView e) => e.Type switch
    {
        EventTypes.RoleChanged => $"{e.Node} {e.To}",
        EventTypes.DecisionMade => $"{e.From ?? "nobody"} → {e.To}",
        EventTypes.DiagnosisRaised => e.To ?? "raised",
        EventTypes.DiagnosisCleared => $"{e.To} over",
        EventTypes.ScheduleMissed => "schedule missed",
        _ => e.Type.Replace('_', ' '),
    };

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
