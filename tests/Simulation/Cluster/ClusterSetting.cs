using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>What those who judge a run know of it beforehand.</summary>
/// <param name="Receivers">Every one is told every event.</param>
internal sealed record ClusterSetting(ClusterMix Mix, WorldOptions World, ImmutableArray<GroupRules> Rules, ImmutableArray<string> Receivers, LeaseSettings Lease)
{
    /// <summary>The judges of every invariant of the whole system.</summary>
    public static IWitness Judges(ClusterSetting setting) => new Judges(JudgeSettings.Of(setting.World, setting.Receivers));
}
