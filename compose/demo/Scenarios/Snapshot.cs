using System.Collections.Immutable;
using Arbiter.Groups;
using Arbiter.Quorum;
using Demo.Panel;
using Demo.Replicas;
using World.Hosts;

namespace Demo.Scenarios;

/// <summary>The truth and what is believed, at one moment.</summary>
/// <param name="Pressed">The ids of the faults that are on.</param>
/// <param name="Running">The replicas that do not stand still.</param>
internal sealed record Snapshot(WorldPicture World, ImmutableArray<string> Pressed, ImmutableArray<ReplicaView> Running)
{
    public ReplicaView? Leader => Running.FirstOrDefault(r => r.Register.State == RegisterState.Leading);

    public GroupPicture Group(string name) => World.Groups.First(g => g.Name.Value == name);

    public static async Task<Snapshot> Take(IWorldHand world, IFaultPanel panel, ReplicaSet replicas) => new(
        await world.Picture(),
        [.. panel.Faults.Where(f => f.On).Select(f => f.Id)],
        [.. replicas.Running.Select(r => new ReplicaView(r.Name, r.Register.Status, r.Board.Current))]);
}

internal sealed record ReplicaView(string Name, RegisterStatus Register, ClusterStatus Status);
