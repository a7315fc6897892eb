using System.Collections.Immutable;

namespace World.Stories;

/// <summary>
/// Where a story is played: real daemons in network namespaces, or the model in virtual time (which answers at once: every task it returns
/// is completed). A stage plays one story and is thrown away.
/// </summary>
public interface IStage
{
    /// <summary>The clock of <see cref="Sighting.At"/>; it never goes back.</summary>
    public TimeSpan Now { get; }

    /// <summary>Every arrival and departure of the address on a node's interface since <see cref="Begin"/>, in order of time.</summary>
    public IReadOnlyList<Sighting> Sightings { get; }

    /// <summary>
    /// Makes the nodes, writes their files and starts keepalived on each, in order; ends when each has read its files. Two files steer each
    /// node: the priority file (<c>weight 1 init_file 0</c>, with <c>overwrite</c> where <see cref="NodeSetup.Overwrite"/> says so) and the
    /// fence (<c>weight 0 init_file 0</c>, never overwritten). A later node has a higher address. Adverts of 1 s or more are VRRPv2, else VRRPv3.
    /// </summary>
    public ValueTask Begin(ImmutableArray<NodeSetup> setup, TimeSpan advert);

    /// <summary>Does one of the steps that do something; never a wait, a mark or an until. Takes no time in the model, as little as possible in reality.</summary>
    public ValueTask Act(StoryStep step);

    public ValueTask Wait(TimeSpan time);

    /// <summary>Until this node's keepalived said MASTER last and the address is on its interface and on no other; false when that was not so in time.</summary>
    public ValueTask<bool> UntilMaster(string node, TimeSpan patience);
}
