using System.Diagnostics.CodeAnalysis;

namespace Contracts.Wire;

/// <summary>A message that was taken whole, or the one reason why it was not. Exactly one of both.</summary>
public readonly record struct Decoded<T> where T : class
{
    private Decoded(T? message, string? refusal) => (Message, Refusal) = (message, refusal);

    public T? Message { get; }
    /// <summary>For one counter and a sampled log line; at most 300 characters, without control characters.</summary>
    public string? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Message))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Ok => Message is not null;

    public static Decoded<T> Taken(T message) => new(message, null);
    public static Decoded<T> Refused(string reason) => new(null, WireLimits.Clip(reason, 300));
}
