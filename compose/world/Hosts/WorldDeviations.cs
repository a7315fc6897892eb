namespace World.Hosts;

/// <summary>
/// What a simulated keepalived can be made to do wrong, so that a judge of the simulator is seen to notice (docs/invariants.md): nothing that
/// an agent or a leader may do breaks it, because VRRP itself prevents it. Only tests make one other than <see cref="None"/>.
/// </summary>
internal sealed record WorldDeviations
{
    public static WorldDeviations None { get; } = new();

    /// <summary>A MASTER that hears a higher one stays MASTER.</summary>
    public bool MasterStays { get; init; }
    /// <summary>A keepalived that is MASTER no more leaves its address on the interface.</summary>
    public bool AddressKept { get; init; }
}
