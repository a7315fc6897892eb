using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>How things are called in sentences.</summary>
internal static class Words
{
    /// <summary>The name of a value as messages, the API and records write it: first letter small.</summary>
    public static string Code<T>(T value) where T : struct, Enum => value.ToString() is var name && name.Length > 0 ? char.ToLowerInvariant(name[0]) + name[1..] : "";

    public static string Of(Health health) => health switch
    {
        Health.Good => "good",
        Health.SoftBad => "soft bad",
        Health.HardBad => "hard bad",
        _ => "unknown",
    };

    /// <summary>A reason goes into the register, which is one value for all groups.</summary>
    public static string Clip(string reason) => reason.Length <= 200 ? reason : reason[..200];

    /// <summary><c> (gateway: no answer)</c> for the failing checks of a node, or nothing.</summary>
    public static string Failing(MemberView m)
    {
        var down = m.Event?.Probes.Where(p => p.State == ProbeState.Down).Select(p => $"{p.Name}: {p.Reason}").Take(3).ToArray() ?? [];
        return down.Length == 0 ? "" : $" ({string.Join("; ", down)})";
    }

    /// <summary>Why a holder no longer holds, from what it said last.</summary>
    public static string Why(MemberView? holder, TimeSpan now) =>
        holder is null ? "the holder is no member any more"
        : holder.Reading is null ? $"{holder.Node} has never reported"
        : !holder.Fresh(now) ? $"{holder.Node} is silent for {holder.Age(now).TotalSeconds:0.0} s"
        : holder.Reading is { Health: Health.HardBad } ? $"{holder.Node} {(holder.Reading.Fenced ? "fenced itself" : "is hard bad")}{Failing(holder)}"
        : !holder.Reading.KeepalivedAlive ? $"keepalived of {holder.Node} is gone"
        : $"{holder.Node} is {holder.Reading.Role.ToString().ToUpperInvariant()}{(holder.Reading.Fenced ? " and fenced" : "")}";
}
