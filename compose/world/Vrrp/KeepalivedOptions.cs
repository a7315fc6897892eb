namespace World.Vrrp;

/// <summary>One keepalived.conf, as far as the model knows it. Every default is keepalived's own (2.2.7).</summary>
public sealed record KeepalivedOptions
{
    public required IReadOnlyList<VrrpInstanceOptions> Instances { get; init; }
}

public sealed record VrrpInstanceOptions
{
    /// <summary><c>vrrp_instance</c>.</summary>
    public required string Name { get; init; }
    public required int Vrid { get; init; }
    /// <summary>The host's primary address as a number.</summary>
    public required long Address { get; init; }
    /// <summary>2 (whole seconds, skew in 256ths of a second) or 3 (hundredths, skew in 256ths of the interval).</summary>
    public int Version { get; init; } = 3;
    /// <summary><c>advert_int</c>.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromMilliseconds(100);
    /// <summary><c>priority</c>, 1 to 254.</summary>
    public required int Base { get; init; }
    public bool NoPreempt { get; init; }
    /// <summary><c>state MASTER</c>: a start without the first wait.</summary>
    public bool StartAsMaster { get; init; }
    /// <summary><c>garp_master_refresh</c>; zero: never again after the first ones.</summary>
    public TimeSpan GarpMasterRefresh { get; init; }
    public IReadOnlyList<TrackFileOptions> TrackFiles { get; init; } = [];
}

/// <param name="Weight">0: any other number than 0 in the file is FAULT; else number x weight is added to the priority.</param>
/// <param name="InitFile">Written at a start when the file is missing; null: nothing is written.</param>
/// <param name="Overwrite">Written at each start, whatever is there (not at a reload).</param>
public sealed record TrackFileOptions(string Path, int Weight, int? InitFile = 0, bool Overwrite = false);
