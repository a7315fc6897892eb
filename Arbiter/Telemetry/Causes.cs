using Arbiter.Core;

namespace Arbiter.Telemetry;

/// <summary>Rows and sentences of the core, as the few words a label may have. A word that is not in here is "other": labels are few for ever.</summary>
internal static class Causes
{
    public const string Other = "other";

    public static readonly string[] UsualReasons = ["initial", "failover", "adopted", "hard", "soft"];

    private static readonly string[] s_reasons =
        [.. UsualReasons, "switchover", "manual", "forced", "drain", "scheduled", "drill", "rescued"];

    public static readonly string[] Suppressions =
    [
        "holddown", "brake", "paused", "tilt", "no_better_candidate", "no_standby", "external", "unproven", "startup_grace", "bus_lost", "register", "observe",
    ];

    public static readonly string[] Refusals = ["stale_epoch", "expired", "stale_term", "replayed", "unknown_nonce", "other_process", "tilt", "unhealthy", Other];

    /// <summary>The word before the colon of a recorded reason.</summary>
    public static string Reason(string recorded)
    {
        var word = recorded.Split(':', 2)[0].Trim();
        return s_reasons.Contains(word) ? word : Other;
    }

    public static string Kind(string reason) => reason switch
    {
        "switchover" or "manual" or "forced" or "drain" => "manual",
        "scheduled" => "scheduled",
        "drill" => "drill",
        _ => "auto",
    };

    /// <summary>Why a move that was due is not made; null when none is due.</summary>
    public static string? Suppression(Decision decision) => decision.Row switch
    {
        "hard-held" or "soft-held" => "holddown",
        "hard-no-standby" => "no_standby",
        "soft-no-better" => "no_better_candidate",
        Rules.SoftUnproven => "unproven",
        "external" => "external",
        _ when decision.Would is null => null,
        "tilted" => "tilt",
        "startup-grace" => "startup_grace",
        "bus-lost" => "bus_lost",
        "register-change" or "register-refused" => "register",
        "paused" => "paused",
        "brake" or "frozen" => "brake",
        "follower" => null,
        _ => "observe",
    };

    public static string Refusal(string reason) => reason switch
    {
        _ when reason.StartsWith("its epoch", StringComparison.Ordinal) => "stale_epoch",
        _ when reason.StartsWith("it has expired", StringComparison.Ordinal) => "expired",
        _ when reason.StartsWith("its speaker", StringComparison.Ordinal) => "stale_term",
        _ when reason.StartsWith("its sequence", StringComparison.Ordinal) => "replayed",
        _ when reason.StartsWith("its nonce", StringComparison.Ordinal) => "unknown_nonce",
        _ when reason.StartsWith("it is for process", StringComparison.Ordinal) => "other_process",
        _ when reason.StartsWith("the agent was away", StringComparison.Ordinal) => "tilt",
        _ when reason.StartsWith("unhealthy", StringComparison.Ordinal) => "unhealthy",
        _ => Other,
    };
}
