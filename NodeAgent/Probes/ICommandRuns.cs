namespace NodeAgent.Probes;

/// <summary>A probe that starts programs, as far as others are shown what became of them.</summary>
internal interface ICommandRuns
{
    /// <summary>The probe's name.</summary>
    public string Name { get; }

    /// <summary>Runs given up since the start, because they hung inside the kernel. May be read on any thread.</summary>
    public int Abandoned { get; }
}
