using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>Rules switched off for one run: those of the production code, those of a server, and those that are up to who runs a process.</summary>
internal sealed record Planted
{
    public static Planted Nothing { get; } = new();

    public Deviations Code { get; init; } = Deviations.None;
    /// <summary>A server that restarted or was emptied goes on voting, as in Gryadka.</summary>
    public bool SilentRejoin { get; init; }
    /// <summary>ACCEPT is taken whatever was promised.</summary>
    public bool NoBallotCheck { get; init; }
    /// <summary>A question of an earlier life is taken, and a loss of memory does not show.</summary>
    public bool NoTickets { get; init; }
    /// <summary>A restarted process has the name and the proposer id of the one before.</summary>
    public bool ReusedId { get; init; }
    /// <summary>The append-only files of the servers are on; whether they lose their tails is up to the faults.</summary>
    public bool Aof { get; init; }
    /// <summary>Clients believe the status of a replica that says it leads, without asking whether it may speak.</summary>
    public bool StatusWithoutLease { get; init; }
    /// <summary>Times of the lease other than safe ones.</summary>
    public Func<LeaseSettings, LeaseSettings>? Settings { get; init; }
}
