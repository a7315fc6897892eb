using System.Collections.Immutable;
using System.Globalization;
using Contracts.Vocabulary;
using Demo.Replicas;

namespace Demo.Panel;

/// <summary>All faults by name, with what to expect of each.</summary>
internal static class FaultList
{
    public static ImmutableArray<Fault> Build() =>
    [
        .. OfNode("kill-haproxy", "Kill haproxy", "The agent of {0} sees its process go within milliseconds and takes the node out; the armed standby follows."),
        .. OfNode("hang-haproxy", "Hang haproxy", "The process of {0} is there and answers nothing: its health probe fails three times, then the node is taken out."),
        .. OfNode("kill-keepalived", "Kill keepalived", "The address stays on {0} while the others elect a new holder; a restart of keepalived removes it."),
        .. OfNode("kill-agent", "Kill the agent", "Nobody watches {0} any more. Silence is not death: nothing moves."),
        .. OfNode("cut-gateway", "Cut the gateway", "{0} alone loses the way out: a better node takes over."),
        One("cut-gateways", "Cut all gateways", "Every node loses the way out: nobody would be better, so nothing moves."),
        .. OfNode("isolate", "Isolate", "The cable of {0} is pulled: the others elect a new holder, and {0} takes itself out after a grace."),
        One("split", "Split", "VRRP adverts between the holder of web and the others are lost: two masters until the split ends. The arbiter tells it and moves nothing."),
        .. Enumerable.Range(1, DemoSetup.Servers.Count).Select(n => new Fault(
            $"stop-redis/{n.ToString(CultureInfo.InvariantCulture)}", "stop-redis", n.ToString(CultureInfo.InvariantCulture), "Stop Redis",
            "One of three: nothing changes. Two: no majority, nothing new is recorded, and the nodes go on by themselves.", false)),
        One("stop-broker", "Stop the broker", "No word between agents and arbiter: the nodes keep what they have, and fail over by themselves."),
        One("pause-leader", "Pause the leader", "The leading arbiter stands still, as by SIGSTOP; another one takes over when its lease has run out."),
        One("stop-arbiters", "Stop all arbiters", "All arbiters stand still: nothing moves, and the nodes fail over by themselves."),
    ];

    public static NodeId Node(Fault fault) => NodeId.Parse(fault.Target);

    public static int Server(Fault fault) => int.Parse(fault.Target, CultureInfo.InvariantCulture) - 1;

    /// <param name="aim">Whom it hits.</param>
    public static string Doing(Fault fault, string aim) => fault.Kind switch
    {
        "kill-haproxy" => $"killed haproxy of {fault.Target}",
        "hang-haproxy" => $"stopped haproxy of {fault.Target} in its tracks",
        "kill-keepalived" => $"killed keepalived of {fault.Target}",
        "kill-agent" => $"killed the agent of {fault.Target}",
        "cut-gateway" => $"cut {fault.Target} off from the gateway",
        "cut-gateways" => "cut every node off from the gateway",
        "isolate" => $"pulled the cable of {fault.Target}",
        "split" => $"split {aim} from the others: no VRRP adverts between them",
        "stop-redis" => $"stopped Redis {fault.Target}",
        "stop-broker" => "stopped the broker",
        "pause-leader" => $"paused the leading arbiter, {aim}",
        _ => "stopped all arbiters",
    };

    public static string Mending(Fault fault) => fault.Kind switch
    {
        "kill-haproxy" => $"started haproxy of {fault.Target} again",
        "hang-haproxy" => $"let haproxy of {fault.Target} go on",
        "kill-keepalived" => $"started keepalived of {fault.Target} again",
        "kill-agent" => $"started the agent of {fault.Target} again",
        "cut-gateway" => $"gave {fault.Target} its gateway back",
        "cut-gateways" => "gave every node its gateway back",
        "isolate" => $"plugged the cable of {fault.Target} in again",
        "split" => "ended the split",
        "stop-redis" => $"started Redis {fault.Target} again",
        "stop-broker" => "started the broker again",
        "pause-leader" => "let the paused arbiter go on",
        _ => "let all arbiters go on",
    };

    private static IEnumerable<Fault> OfNode(string kind, string label, string help) => DemoSetup.Nodes.Select(n =>
        new Fault($"{kind}/{n}", kind, n.Value, label, string.Format(CultureInfo.InvariantCulture, help, n), false));

    private static Fault One(string id, string label, string help) => new(id, id, "", label, help, false);
}
