using System.Collections.Immutable;
using System.Reflection;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>What a process is asked at while its fields are looked at.</summary>
/// <param name="Now">Its own clock at its newest input.</param>
/// <param name="Certain">A majority was seen to hold the newest value it saw.</param>
internal readonly record struct Moment(TimeSpan Now, string Role, Ballot Seen, bool Certain = false)
{
    public static Moment None => new(TimeSpan.Zero, "", Ballot.None);
    public bool Leads => Role == "Leading";
}

/// <summary>
/// Which part of a production object matters for what it does next. Everything does, field by field, but for what is named here: texts for
/// people, caches, constants, and times, of which only the distance from now matters, and no more of it than anything asks for.
/// A field that production gains later counts whole until it is named.
/// </summary>
internal sealed class Lens
{
    private static readonly FieldInfo Phase = Peek.Field(typeof(Restoration), "<Value>k__BackingField"), Plan = Peek.Field(typeof(Restoration), "_plan");

    private readonly Dictionary<string, Func<object?, Moment, object?>> _looks = [];
    private readonly Dictionary<string, Func<object, object?, object?>> _owned = [];

    /// <param name="timed">Otherwise timers fire as they like: how long ago something was seen or a lease began is asked by nothing before it is waited for.</param>
    /// <param name="disaster">A majority may lose its memory; otherwise nothing asks when a server was last heard.</param>
    public Lens(LeaseSettings settings, bool timed, bool disaster)
    {
        var long_ = settings.WaitOver(0) + TimeSpan.FromTicks(1);
        Skip("LeaderLease", "_settings", "_me", "_random", "_servers", "_effects", "_deviations", "_mapped", "_mappedFrom", "_failedWishes", "_now", "_reader");
        // who does not trust disks does not ask what was confirmed: no machine is set back
        if (!settings.TrustAof) Skip("LeaderLease", "_trust", "_check");
        Skip("ReplyCheck", "servers");
        Skip("Known", "Asked", "Before", "Run", "Regressed");
        Skip("RestartTrust", "servers");
        Flag("Kept", "Missing");
        Flag("Kept", "Refused");
        // every input brings one that is no lower
        Skip("LeaderLease", "_floor");
        // asked for by a leader alone, and whoever comes to lead begins with none
        _looks["LeaderLease._trouble"] = (value, at) => at.Leads && value is string { Length: > 0 };
        // its lease is as long as every other one, and it is asked for only by who saw nothing
        _looks["LeaderLease._leftover"] = (value, at) => at.Seen.IsNone && value is not null;
        // no machine is set back
        Skip("LeaderLease", "_retireAbove");
        Due("LeaderLease", "_nextRead", "_notBefore", "_restoreAt");
        _looks["LeaderLease._restorationDeadline"] = (value, at) => at.Role == "Restoring" ? Left((TimeSpan)value!, at) : 0L;
        Age("LeaderLease", settings.Renew, "_lastRead");
        Age("LeaderLease", long_, "_seenAt", "_restorationStarted");
        foreach (var name in (string[])["_leaseUntil", "_nextRenew"]) _looks[$"LeaderLease.{name}"] = (value, at) => at.Leads ? Left((TimeSpan)value!, at) : 0L;
        foreach (var name in (string[])["_term", "_generation"]) _looks[$"LeaderLease.{name}"] = (value, at) => at.Leads ? value : 0L;
        Age("Running", long_, "Started");
        Due("Running", "Deadline");

        Skip("Proposer", "Id", "Servers", "Deviations", "IncarnationRule", "Reader");
        Skip("Readmission", "proposer", "settings", "Deviations", "_steps", "_told");
        _looks["Readmission._notBefore"] = (value, at) => ((Dictionary<string, TimeSpan>)value!).Where(e => e.Value > at.Now).ToDictionary(e => e.Key, e => Left(e.Value, at));
        Due("Case", "Deadline");
        if (timed)
        {
            Age("Watched", long_ * 2, "Since", "Until");
            Age("ValueTuple`2", long_ * 2, "Item2");
        }
        else
        {
            // all timers together are shorter than one wait: only the waits in between count
            Waits("Watched", settings, "Since", "Until");
            Waits("ValueTuple`2", settings, "Item2");
        }
        // of what was promised or accepted, the newest is taken over at once, and the rest is counted
        _owned["Round.Replies"] = (_, value) => ((ImmutableDictionary<string, Reply>)value!).ToDictionary(r => r.Key, r => r.Value.Answer == Answer.Ok ? r.Value.Incarnation : "");
        _owned["Restoration.Asked"] = (owner, value) => Phase.GetValue(owner) is not null ? null : Heard((ImmutableSortedDictionary<string, Reply>)value!, (RestorationPlan)Plan.GetValue(owner)!);

        Skip("QuorumPicture", "servers", "_majority");
        Skip("Noted", "Promised", "RunId", "LatencyMs", "Detail");
        _looks["Noted.Accepted"] = (value, at) => value is Ballot ballot && (ballot > at.Seen || (ballot == at.Seen && !at.Certain)) ? ballot : null;
        Age("Noted", 2 * (settings.ReadMost + settings.RpcTimeout) + TimeSpan.FromTicks(1), "HeardAt");
        if (!timed) Skip("LeaderLease", "_seenAt", "_leaseUntil", "_restorationStarted");
        // without time, who answered once answers (Spec.Settings)
        if (!timed) _looks["Noted.HeardAt"] = (value, _) => value is not null;
        if (!disaster) Skip("Noted", "HeardAt");
        Skip("RestorationPlan", "Servers", "Majority", "Change", "Deviations");
        Skip("AcceptorModel", "_run", "_runOf");
        Skip("Volunteer", "_settings", "_servers", "_deviations", "_effects", "_now");
    }

    /// <summary>Of the answers to the first half of a round: who answered, the newest value, and the incarnations that voters said.</summary>
    private static object Heard(ImmutableSortedDictionary<string, Reply> asked, RestorationPlan plan) =>
        new object[] { asked.Values.Select(r => r.Accepted).DefaultIfEmpty().Max(), asked.ToDictionary(a => a.Key, a => plan.Tickets.ContainsKey(a.Key) ? "" : a.Value.Incarnation) };

    /// <summary>What a field means, where that depends on the other fields of its owner.</summary>
    public Func<object, object?, object?>? Owned(Type type, string field) => _owned.GetValueOrDefault($"{type.Name}.{field}");

    public Func<object?, Moment, object?>? Of(Type type, string field) => _looks.GetValueOrDefault($"{type.Name}.{field}");

    private void Skip(string type, params string[] fields)
    {
        foreach (var field in fields) _looks[$"{type}.{field}"] = (_, _) => null;
    }

    private void Flag(string type, string field) => _looks[$"{type}.{field}"] = (value, _) => value is string { Length: > 0 };

    /// <summary>A deadline: how far it is, and nothing more once it has passed.</summary>
    private void Due(string type, params string[] fields)
    {
        foreach (var field in fields) _looks[$"{type}.{field}"] = (value, at) => value is TimeSpan time ? Left(time, at) : null;
    }

    /// <summary>Something that was: how long ago, up to where it makes no difference any more.</summary>
    private void Age(string type, TimeSpan most, params string[] fields)
    {
        foreach (var field in fields)
            _looks[$"{type}.{field}"] = (value, at) => value is not TimeSpan time ? value : time <= at.Now - most ? most.Ticks : (at.Now - time).Ticks;
    }

    /// <summary>Something that was: how many waits ago.</summary>
    private void Waits(string type, LeaseSettings settings, params string[] fields)
    {
        foreach (var field in fields)
            _looks[$"{type}.{field}"] = (value, at) => value is not TimeSpan time ? value : Math.Min(9, (at.Now - time).Ticks / Spec.Waited(settings).Ticks);
    }

    private static long Left(TimeSpan time, Moment at) => time == TimeSpan.MaxValue ? long.MaxValue : Math.Max(0, (time - at.Now).Ticks);
}
