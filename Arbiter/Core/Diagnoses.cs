using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>What is wrong, by name, whether or not anything is done about it. Each is told when it is raised and when it is cleared.</summary>
internal static class Diagnoses
{
    public static ImmutableSortedDictionary<string, Finding> Find(Facts f)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, Finding>(StringComparer.Ordinal);
        void Add(string name, Weight weight, string text, NodeId? node = null)
        {
            var key = node is { } n ? $"{name} {n}" : name;
            found[key] = new Finding(name, weight, text, f.State.Findings.GetValueOrDefault(key)?.Since ?? f.Now);
        }
        // what every hand-over passes through is noted at once and told after the grace
        void AddLater(string name, Weight weight, string text)
        {
            var since = f.State.Findings.GetValueOrDefault(Noted + name)?.Since ?? f.Now;
            found[Noted + name] = new Finding(name, Weight.Information, text, since);
            if (f.Now - since >= f.State.Rules.DualMasterGrace) Add(name, weight, text);
        }

        if (!f.State.BusConnected) Add("BusLost", Weight.Warning, $"the message bus is away: {f.State.BusReason}");
        if (f.Tilted) Add("Tilt", Weight.Warning, "this replica stood still for more than 2 s; it decides nothing new for 5 s");
        foreach (var m in f.State.Members) OfNode(f, m, Add);
        foreach (var incident in f.State.External.Values)
            Add(incident.Kind == "ping" ? "GatewayLostEverywhere" : "BackendsLostEverywhere", Weight.Error, $"{incident.Probe} fails on every node: nobody is moved for it");

        if (f.Masters.IsEmpty && f.State.Members.All(m => m.Fresh(f.Now))) AddLater("NoHolder", Weight.Error, "no node says MASTER");
        if (f.Masters.Length > 1)
            AddLater("DualMaster", Weight.Error, $"MASTER at the same time: {string.Join(", ", f.Masters.Select(m => m.Node))}");
        if (f.State.Assignment is { } a)
        {
            // until a planned move arrives the old holder serves, as it should
            if (f.SoleMaster is { } sole && sole.Node != a.Holder && f.State.Move is not { Kind: MoveKind.Yield, MasterAt: null }) AddLater("HolderNotDesired", Weight.Warning, $"{sole.Node} is MASTER, recorded is {a.Holder}");
            if (f.HolderIsMaster && f.Ready is null) Add("NoHealthyStandby", Weight.Warning, "no armed and ready standby: a failure now costs an election");
        }
        OfService(f, Add);
        return found.ToImmutable();
    }

    /// <summary>Begins the key of what is not told yet.</summary>
    public const char Noted = '~';

    /// <summary>
    /// What clients get, as the nodes that do not hold the VIP see it. Told, and nothing moved: the holder's own checks decide that. One of several
    /// observers may be cut off itself; all of them hardly are.
    /// </summary>
    private static void OfService(Facts f, Action<string, Weight, string, NodeId?> add)
    {
        if (!f.HolderIsMaster) return;
        var observers = f.State.Members
            .Where(m => m.Node != f.Holder!.Node && m.Fresh(f.Now) && m.Reading!.Service is { State: not ProbeState.Unknown }).ToArray();
        var blind = observers.Where(m => m.Reading!.Service!.State == ProbeState.Down).ToArray();
        if (blind.Length == 0) return;
        var all = blind.Length == observers.Length;
        add("ServiceUnreachable", all ? Weight.Error : Weight.Warning,
            $"the service on {f.Holder!.Node} does not answer {string.Join(", ", blind.Select(m => m.Node))}{(all ? "" : $", and does answer {string.Join(", ", observers.Except(blind).Select(m => m.Node))}")}: {blind[0].Reading!.Service!.Reason}",
            null);
    }

    private static void OfNode(Facts f, MemberView m, Action<string, Weight, string, NodeId?> add)
    {
        if (m.Duplicate(f.Now)) add("DuplicateNode", Weight.Error, $"two agents speak for {m.Node}; neither is ordered", m.Node);
        // a bus that is away explains every silence
        if (f.State.BusConnected && m.Event is not null && (m.Gone(f.Now) || m.Age(f.Now) >= GroupRules.Silent))
            add("AgentSilent", Weight.Warning,
                $"the agent of {m.Node} has gone silent{(m.Gone(f.Now) ? ": its connection closed" : "")}; nothing is moved for it", m.Node);
        if (!m.Fresh(f.Now)) return;

        var r = m.Reading!;
        if (!r.KeepalivedAlive) add("KeepalivedDown", Weight.Error, $"keepalived of {m.Node} is gone", m.Node);
        if (r.Fault is { } fault) add("ActuatorFailed", Weight.Error, $"{m.Node}: {fault}", m.Node);
        if (r is { Role: VrrpRole.Master, VipPresent: false }) add("VipMissing", Weight.Error, $"{m.Node} is MASTER without the VIP on its interface", m.Node);
        if (r is { Role: not VrrpRole.Master and not VrrpRole.Unknown, VipPresent: true }) add("OrphanVip", Weight.Error, $"{m.Node} has the VIP and is {r.Role}", m.Node);
        foreach (var p in m.Event!.Probes.Where(p => p.State == ProbeState.Down && !f.State.External.ContainsKey(p.Name)))
            add((p.Class, p.Kind) switch
            {
                (ProbeClass.Hard, "process") => "ProcessDown",
                (ProbeClass.Hard, _) => "ServiceHung",
                (_, "ping") => "GatewayLostHere",
                _ => "BackendsLostHere",
            }, p.Class == ProbeClass.Hard ? Weight.Error : Weight.Warning, $"{m.Node}: {p.Name}: {p.Reason}", m.Node);
    }

    public static void Say(ImmutableSortedDictionary<string, Finding> before, ImmutableSortedDictionary<string, Finding> now, ImmutableArray<Effect>.Builder said)
    {
        foreach (var (key, finding) in now)
            if (key[0] != Noted && (!before.TryGetValue(key, out var was) || was.Weight < finding.Weight)) said.Add(new Effect.Say(finding.Weight, finding.Name, $"raised: {finding.Text}"));
        foreach (var (key, finding) in before)
            if (key[0] != Noted && !now.ContainsKey(key)) said.Add(new Effect.Say(Weight.Information, finding.Name, $"cleared: {finding.Text}"));
    }
}
