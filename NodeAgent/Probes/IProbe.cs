namespace NodeAgent.Probes;

/// <summary>
/// Asks one thing over and over and posts what it saw as samples. It never judges: rise, fall and what an unknown means are the core's.
/// The first sample is taken at once; two samples of one probe never overlap.
/// </summary>
internal interface IProbe
{
    /// <summary>The name from the configuration, as in the samples.</summary>
    public string Name { get; }

    /// <summary>Runs until <paramref name="stopping"/>; ends then without an exception.</summary>
    public Task Run(CancellationToken stopping);

    /// <summary>Take one more sample now, out of turn (after an unknown one). At most one per interval; more requests change nothing.</summary>
    public void Repeat();
}
