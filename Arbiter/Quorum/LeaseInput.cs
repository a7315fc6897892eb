using Arbiter.Core;

namespace Arbiter.Quorum;

/// <summary>Everything that can happen to a replica's lease. Time since the process started comes with it; nothing else is a clock.</summary>
internal abstract record LeaseInput(TimeSpan At)
{
    /// <summary>The least that a new generation may be: the wall clock in unix milliseconds, and above what any node obeyed.</summary>
    public long Floor { get; init; }

    public sealed record Tick(TimeSpan At) : LeaseInput(At);

    /// <summary>A server's answer, or that there was none.</summary>
    public sealed record Replied(TimeSpan At, string Server, Request Request, Reply Reply) : LeaseInput(At);

    public sealed record Proposed(TimeSpan At, Proposal Proposal, DateTimeOffset Utc) : LeaseInput(At);

    public sealed record Wished(TimeSpan At, OutboxWish Wish, DateTimeOffset Utc) : LeaseInput(At);

    /// <summary>Give the lease back and end.</summary>
    public sealed record Stop(TimeSpan At) : LeaseInput(At);
}

internal abstract record LeaseEffect
{
    private LeaseEffect() { }

    public sealed record Send(Envelope Envelope) : LeaseEffect;

    public sealed record Tell(RegisterEvent Event) : LeaseEffect;

    /// <summary>For the log.</summary>
    public sealed record Say(bool Warning, string Text) : LeaseEffect;
}
