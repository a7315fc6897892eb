using Contracts.Vocabulary;

namespace World.Hosts;

/// <summary>
/// The simulated world as its user sees it: what can be done to it, and what is so. Everything is called on the world's own thread
/// (<see cref="LiveWorld"/> takes it there) and takes effect at once. Doing what is done already changes nothing.
/// </summary>
public interface IWorld
{
    public Time.Timeline Time { get; }

    public WorldPicture Picture();

    /// <summary>Called for each line of the story, on the world's thread.</summary>
    public Action<Happening>? Happened { get; set; }

    /// <summary>haproxy of a node: killed, stopped in its tracks, or started again.</summary>
    public void SetHaproxy(NodeId node, ProxyState state);

    /// <summary>SIGKILL of all of keepalived (its addresses stay on the interface), or a start.</summary>
    public void SetKeepalived(NodeId node, bool alive);

    /// <summary>SIGKILL of the agent, or a start with what is on its disk.</summary>
    public void SetAgent(NodeId node, bool alive);

    /// <summary>The node alone cannot reach the gateway.</summary>
    public void CutGateway(NodeId node, bool cut);

    /// <summary>The broker cannot be reached from this node.</summary>
    public void CutBroker(NodeId node, bool cut);

    /// <summary>The node's cable: it reaches nobody and nobody reaches it, its keepalived included.</summary>
    public void Isolate(NodeId node, bool isolated);

    /// <summary>VRRP adverts between two nodes are lost, everything else passes: the way into split brain.</summary>
    public void Split(NodeId one, NodeId other, bool split);

    /// <summary>The backends behind haproxy, as this node sees them.</summary>
    public void SetBackends(NodeId node, bool up);

    /// <summary>The node's disk refuses what the agent persists, and the steering files can or cannot be written.</summary>
    public void SetDisk(NodeId node, bool persists, bool steers);

    /// <summary>The whole machine stands still, and goes on later as if nothing had been.</summary>
    public void SetPaused(NodeId node, bool paused);
}
