using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>What the core wants done. Files are written first, in the order given; then the rest. Results come back as inputs.</summary>
public abstract record Effect
{
    private Effect() { }

    /// <summary>Write a steering file; a failure returns as <see cref="Input.WriteFailed"/>.</summary>
    public sealed record Write(GroupName Group, SteeringFile File, int Value) : Effect;

    /// <summary>Save what is obeyed; returns as <see cref="Input.Persisted"/> with the same request number.</summary>
    public sealed record Persist(long Request, ImmutableSortedDictionary<GroupName, ObeyedRecord> Obeyed) : Effect;

    public sealed record PublishHealth(HealthEvent Event) : Effect;

    public sealed record PublishRole(RoleObserved Role) : Effect;

    public sealed record PublishResult(OrderResult Result) : Effect;

    /// <summary>The sample was lost by the agent's own lateness: take another at once.</summary>
    public sealed record RepeatProbe(string Probe) : Effect;

    /// <summary>Ask this address once a second from now on; null: ask nothing any more.</summary>
    public sealed record AskService(GroupName Group, Uri? Address) : Effect;

    /// <summary>A line for the log; the code is stable (docs/operating.md), the text is for people.</summary>
    public sealed record Say(Severity Severity, string Code, string Text) : Effect;
}

public enum Severity { Information, Warning, Error }
