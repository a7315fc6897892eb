namespace NodeAgent.Probes;

/// <summary>A probe that reads haproxy's statistics and keeps the last ones for whoever shows them.</summary>
internal interface IHaproxyStats
{
    /// <summary>As last read; null before the first. It stays while haproxy does not answer: <see cref="HaproxyStats.ReadAt"/> tells its age.</summary>
    public HaproxyStats? Latest { get; }

    /// <summary>Whether the newest sample got an answer.</summary>
    public bool Answers { get; }
}

/// <summary>What haproxy said at one moment. Immutable; rows are cut from its bytes when they are asked for.</summary>
/// <param name="Probe">The name of the probe that read it.</param>
/// <param name="ReadAt">On the agent's monotonic clock.</param>
internal sealed record HaproxyStats(string Probe, TimeSpan ReadAt, HaproxyTable Table);
