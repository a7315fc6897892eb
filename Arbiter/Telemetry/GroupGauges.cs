using System.Diagnostics.Metrics;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Telemetry;

/// <summary>Who should hold, who does, and what is wrong, per group. What is not known at the moment of the scrape is NaN, never the last value.</summary>
internal sealed class GroupGauges
{
    private const int MostDiagnoses = 1000;

    private readonly GroupWatch _watch;
    private readonly IRegister _register;
    private readonly (string Group, string Node)[] _members;
    private readonly string[] _groups;
    private readonly Bounded<(string Group, string Name, string Severity)> _diagnoses = new(MostDiagnoses);

    public GroupGauges(Meter meter, ArbiterOptions options, GroupWatch watch, IRegister register)
    {
        (_watch, _register) = (watch, register);
        _members = [.. options.Groups.SelectMany(g => g.Members.Select(m => (g.Name.Value, m.Node.Value)))];
        _groups = [.. options.Groups.Select(g => g.Name.Value)];
        meter.CreateObservableGauge("vip_holder", Holder, description: "1: keepalived of this node says MASTER, 0: it says something else; NaN: not heard for 3 s");
        meter.CreateObservableGauge("vip_desired_holder", Desired, description: "1: this node is the holder recorded in the register; NaN: the register cannot be read");
        meter.CreateObservableGauge("vip_observed_holders", Observed, description: "How many nodes say MASTER; NaN: none does, and not every node was heard within 3 s");
        meter.CreateObservableGauge("vip_assignment_epoch", Epoch, description: "Number of the recorded assignment; NaN: none, or the register cannot be read");
        meter.CreateObservableGauge("vip_standby_ready", Standby, description: "1: an armed standby would take over within its skew time, 0: none would; NaN: this replica is blind");
        meter.CreateObservableGauge("vip_diagnosis", Diagnosis, description: "1: raised now, 0: was raised since this process started and is not now; NaN: the group's loop does not turn");
    }

    private static KeyValuePair<string, object?> Label(string key, string value) => new(key, value);

    /// <summary>One value per configured group; NaN where nothing was seen yet.</summary>
    private IEnumerable<Measurement<double>> PerGroup(Func<GroupWatch.Sight, double> value)
    {
        var seen = _watch.Look().ToDictionary(s => s.State.Rules.Group.Value);
        return _groups.Select(g => new Measurement<double>(seen.TryGetValue(g, out var s) ? value(s) : double.NaN, Label("group", g))).ToArray();
    }

    private IEnumerable<Measurement<double>> PerMember(Func<GroupWatch.Sight, string, double> value)
    {
        var seen = _watch.Look().ToDictionary(s => s.State.Rules.Group.Value);
        return _members.Select(m => new Measurement<double>(
            seen.TryGetValue(m.Group, out var s) ? value(s, m.Node) : double.NaN, Label("group", m.Group), Label("node", m.Node))).ToArray();
    }

    private IEnumerable<Measurement<double>> Holder() => PerMember((s, node) =>
        s.State.Members.FirstOrDefault(m => m.Node.Value == node) is { } m && m.Role(_watch.Now) is var role and not VrrpRole.Unknown
            ? role == VrrpRole.Master ? 1 : 0
            : double.NaN);

    private IEnumerable<Measurement<double>> Desired() => PerMember((s, node) =>
        Recorded(s) is { } a ? a.Holder.Value == node ? 1 : 0 : double.NaN);

    private IEnumerable<Measurement<double>> Epoch() => PerGroup(s => Recorded(s) is { } a ? a.Epoch : double.NaN);

    /// <summary>What a replica remembers of a register that it cannot read any more is history.</summary>
    private Assignment? Recorded(GroupWatch.Sight sight) =>
        sight.Live && _register.Status.State is RegisterState.Leading or RegisterState.Following ? sight.State.Assignment : null;

    private IEnumerable<Measurement<double>> Observed() => PerGroup(s =>
        s.Facts.Masters.Length is > 0 and var masters ? masters
        : s.State.Members.All(m => m.Role(_watch.Now) != VrrpRole.Unknown) ? 0
        : double.NaN);

    private IEnumerable<Measurement<double>> Standby() => PerGroup(s =>
        !s.Live || !s.State.BusConnected ? double.NaN
        // a follower does not arm anybody: it knows what the nodes say, and says that
        : s.State.Members.Any(m => s.Facts.NotUsable(m) is null && m.Reading is { Steered: SteeredRole.Standby, EffectivePriority: GroupRules.StandbyPriority }) ? 1 : 0);

    private IEnumerable<Measurement<double>> Diagnosis()
    {
        var (active, dead) = (new HashSet<(string, string, string)>(), new HashSet<string>());
        foreach (var sight in _watch.Look())
        {
            var group = sight.State.Rules.Group.Value;
            if (!sight.Live) dead.Add(group);
            foreach (var (key, finding) in sight.State.Findings)
                if (key[0] != Diagnoses.Noted && _diagnoses.Admit((group, finding.Name, Severity(finding.Weight)))) active.Add((group, finding.Name, Severity(finding.Weight)));
        }
        return _diagnoses.Seen.Order().Select(d => new Measurement<double>(
            dead.Contains(d.Group) ? double.NaN : active.Contains(d) ? 1 : 0,
            Label("group", d.Group), Label("name", d.Name), Label("severity", d.Severity))).ToArray();
    }

    private static string Severity(Weight weight) => weight switch
    {
        Weight.Error => "critical",
        Weight.Warning => "warning",
        _ => "information",
    };
}
