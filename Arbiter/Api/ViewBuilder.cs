using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Arbiter.Schedules;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Api;

/// <summary>
/// Status as the core keeps it, to status as it is told: ages counted up to this moment, stale said as stale.
/// The one place where both the API and the page get their figures.
/// </summary>
internal sealed class ViewBuilder(ArbiterOptions options, StatusWatch watch, ILiveness liveness, ISchedules? schedules = null)
{
    private const int MostEvents = 10;

    public Overview Build() => Build(watch.Now);

    public Overview Build(Seen seen)
    {
        var by = By(seen.Register);
        var bus = new BusView(seen.Status.BusConnected, seen.Status.BusReason);
        ImmutableArray<GroupView> groups = [.. seen.Status.Groups.Select(g => Group(g, seen.Register, seen.Age) with { Schedules = Planned(g.Group) })];
        return new Overview(
            seen.Status.Version, by, Verdicts.Of(seen.Register, bus, groups), Readiness.Check(seen, liveness.Check()), bus,
            Quorum(seen.Register, by), groups, [.. seen.Status.Nodes.Select(n => Node(n, seen.Age))]);
    }

    private AnsweredBy By(RegisterStatus register) =>
        new(options.Cluster.Value, options.Replica, ApiJson.Word(register.State), register.Leader);

    private ImmutableArray<ScheduleView> Planned(GroupName group) =>
    [
        .. (schedules?.Of(group) ?? []).Select(s => new ScheduleView(
            s.Name, "switchover", s.When, s.TimeZone, s.To, s.Why, s.Next,
            s.Last is { } last ? new ScheduleOutcomeView(last.Moved ? "moved" : "missed", last.At, last.Text) : null)),
    ];

    private static GroupView Group(GroupStatus group, RegisterStatus register, TimeSpan older)
    {
        var view = new GroupView
        {
            Name = group.Group.Value,
            Verdict = new Verdict(Verdicts.Unknown, ""),
            Vips = group.Vips,
            Mode = ApiJson.Word(group.Mode),
            Holder = group.Assignment?.Holder.Value,
            PreviousHolder = group.Assignment?.Previous?.Value,
            Epoch = group.Assignment?.Epoch,
            Reason = group.Assignment?.Reason,
            Since = group.Assignment?.Utc,
            // whoever was MASTER in a status that has itself grown old is no longer known to be
            Masters = older > Readiness.Fresh ? [] : [.. group.Masters.Select(n => n.Value)],
            Standby = group.Standby?.Value,
            StandbyReady = group.StandbyReady && older <= Readiness.Fresh,
            Decision = group.Decision,
            Because = group.Because,
            Diagnoses = [.. group.Diagnoses.Select(d => new DiagnosisView(d.Name, d.Severity, d.Text, Ms(d.Age + older)))],
            Members = [.. group.Members.Select(m => Member(m, older))],
            Moves = [.. (group.Assignment?.Moves ?? []).Reverse().Select(m => new MoveView(m.Epoch, m.From?.Value, m.To.Value, m.Reason, m.Utc))],
            Events = [.. register.Outbox.Events.Reverse().Where(e => e.Group == group.Group.Value).Take(MostEvents).Select(e => EventView.Of(e))],
        };
        return view with { Verdict = Verdicts.Of(view) };
    }

    private static MemberView Member(MemberStatus member, TimeSpan older) => new()
    {
        Node = member.Node.Value,
        Preference = member.Preference,
        Wanted = Word(member.Wanted),
        AgeMs = Ms(member.Age + older),
        Stale = IsStale(member.Stale, member.Age, older),
        Reading = member.Reading is { } r ? Reading(r, (member.Age ?? TimeSpan.Zero) + older) : null,
    };

    private static ReadingView Reading(GroupReading r, TimeSpan older) => new()
    {
        Role = ApiJson.Word(r.Role),
        RoleAgeMs = r.RoleMs + Ms(older),
        VipPresent = r.VipPresent,
        KeepalivedAlive = r.KeepalivedAlive,
        EffectivePriority = r.EffectivePriority,
        Fenced = r.Fenced,
        Steered = ApiJson.Word(r.Steered),
        Health = ApiJson.Word(r.Health),
        HealthyMs = r.HealthyMs,
        Ordered = Word(r.Ordered),
        Pending = r.Pending,
        Epoch = r.Epoch,
        Fault = r.Fault,
        Service = r.Service is { } s ? new ServiceView(ApiJson.Word(s.State), s.Reason, s.SinceMs + Ms(older), s.LatencyMs < 0 ? null : s.LatencyMs) : null,
    };

    private static NodeView Node(NodeStatus node, TimeSpan older) => new()
    {
        Name = node.Node.Value,
        AgeMs = Ms(node.Age + older),
        Stale = IsStale(node.Stale, node.Age, older),
        Process = node.Event?.Process,
        BootId = node.Event?.BootId,
        Seq = node.Event?.Seq,
        LoopDelayMs = node.Event?.LoopDelayMs,
        TiltMs = node.Event?.TiltMs,
        Probes = [.. (node.Event?.Probes ?? []).Select(p => Probe(p, Ms((node.Age ?? TimeSpan.Zero) + older)))],
    };

    private static ProbeView Probe(ProbeReading p, long older) => new()
    {
        Name = p.Name,
        Kind = p.Kind,
        Class = ApiJson.Word(p.Class),
        State = ApiJson.Word(p.State),
        Reason = p.Reason,
        SinceMs = p.SinceMs + older,
        Misses = p.Misses,
        SampleAgeMs = p.SampleMs < 0 ? null : p.SampleMs + older,
        LatencyMs = p.LatencyMs < 0 ? null : p.LatencyMs,
    };

    private static QuorumView Quorum(RegisterStatus r, AnsweredBy by) => new()
    {
        AnsweredBy = by,
        State = ApiJson.Word(r.State),
        Reason = r.Reason,
        Leader = r.Leader,
        Generation = r.Generation,
        Term = r.Term,
        Seq = r.Seq,
        LeaseLeftMs = Ms(r.LeaseLeft),
        Voting = r.Acceptors.Count(a => a.State == "voting"),
        Majority = r.Acceptors.Length / 2 + 1,
        Servers = [.. r.Acceptors.Select(a => new ServerView(a.Address, a.State, a.Detail, a.LatencyMs, a.RunId, a.Incarnation, a.Promised, a.Accepted))],
    };

    private static bool IsStale(bool stale, TimeSpan? age, TimeSpan older) => stale || age is null || age + older > Readiness.Fresh;

    private static string? Word(OrderedRole? role) => role is { } r ? ApiJson.Word(r) : null;

    private static long Ms(TimeSpan span) => (long)span.TotalMilliseconds;

    private static long? Ms(TimeSpan? span) => span is { } s ? Ms(s) : null;
}
