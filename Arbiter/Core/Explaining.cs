using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>A group's state, told. Says what the state says at a moment and decides nothing.</summary>
internal static class Explaining
{
    /// <param name="decision">As the last step made it.</param>
    /// <param name="proposed">What that step wished to record; null = nothing.</param>
    public static Explanation Of(GroupState state, Decision decision, Proposal? proposed, TimeSpan now)
    {
        var facts = new Facts(state, now);
        var row = DecisionTable.Rows.FirstOrDefault(r => r.Name == decision.Row);
        return new Explanation
        {
            Group = state.Rules.Group.Value,
            Row = decision.Row,
            When = row?.When ?? "",
            Then = row?.Then ?? "",
            Sentence = decision.Sentence,
            Would = decision.Would,
            Proposed = proposed is { } p ? new ProposedSaid(p.Holder.Value, p.Reason, p.ExpectedEpoch) : null,
            Mode = Words.Code(state.Rules.Mode),
            Leading = state.Leading,
            BusConnected = state.BusConnected,
            Epoch = state.Assignment?.Epoch ?? 0,
            Holder = state.Assignment?.Holder.Value,
            Standby = state.Standby?.Value,
            StandbyReady = facts.Ready is not null,
            Withheld = facts.Ready is null ? null : facts.WithholdStandby,
            HoldDownMs = Ms(Brakes.Left(state, now)),
            Candidates = [.. decision.Candidates.Select(c => new CandidateSaid(c.Node.Value, c.Verdict))],
            Inputs = [.. state.Members.Select(m => Input(m, now))],
            External = [.. state.External.Values.Select(e => new ExternalSaid(e.Probe, Ms(now - e.Since)))],
        };
    }

    private static InputSaid Input(MemberView m, TimeSpan now)
    {
        if (m.Event is null) return new InputSaid { Node = m.Node.Value, Stale = true };
        var older = Ms(m.Age(now));
        var said = new InputSaid
        {
            Node = m.Node.Value,
            AgeMs = older,
            Stale = !m.Fresh(now),
            Duplicate = m.Duplicate(now),
            Failing = [.. m.Event.Probes.Where(p => p.State != ProbeState.Up || p.Misses > 0).Select(p => Probe(p, older))],
        };
        return m.Reading is not { } r ? said : said with
        {
            Role = Words.Code(r.Role),
            RoleMs = Ms(now - m.RoleAt),
            Health = Words.Code(r.Health),
            HealthyMs = r.HealthyMs,
            Priority = r.EffectivePriority,
            Base = r.Base,
            Steered = Words.Code(r.Steered),
            Fenced = r.Fenced,
            KeepalivedAlive = r.KeepalivedAlive,
            VipPresent = r.VipPresent,
            Ordered = r.Ordered is { } o ? Words.Code(o) : null,
            Epoch = r.Epoch,
            Fault = r.Fault,
            Service = r.Service is { } s ? new ServiceSaid(Words.Code(s.State), s.Reason, s.SinceMs + older, s.LatencyMs) : null,
        };
    }

    private static ProbeSaid Probe(ProbeReading p, long older) => new(
        p.Name, p.Kind, Words.Code(p.Class), Words.Code(p.State), p.Reason, p.SinceMs + older, p.Misses, p.Misses > 0 ? p.FirstMissMs + older : 0);

    private static long Ms(TimeSpan span) => (long)span.TotalMilliseconds;
}
