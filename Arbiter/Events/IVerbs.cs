using System.Text.Json;

namespace Arbiter.Events;

/// <summary>An operator's verb, whichever replica it reached: done here by the leader, forwarded to it by a standby (docs/events.md).</summary>
internal interface IVerbs
{
    /// <summary>Never throws; ends within 3 s.</summary>
    public Task<VerbReply> Do(VerbCall call, CancellationToken stopping);
}

/// <summary>One verb that the leader can do. Another verb is another of these, registered with the services.</summary>
internal interface IVerb
{
    /// <summary><c>notifications.redeliver</c>: words in lower case with dots between them.</summary>
    public string Kind { get; }

    /// <summary>Only ever asked of a leader, and once per request id. What is wrong with the arguments is a refusal that says so.</summary>
    public Task<VerbReply> Do(JsonElement arguments, string who, CancellationToken stopping);
}

/// <param name="Arguments">A JSON object, at most 8192 characters; what is in it is the verb's affair.</param>
/// <param name="RequestId">1 to 64 printable ASCII characters without space. The same id again within 10 minutes gets the same answer and does nothing.</param>
/// <param name="Who">Who asked, for the record; at most 100 characters.</param>
internal sealed record VerbCall(string Kind, string Arguments, string RequestId, string Who);

/// <param name="Text">One sentence for the person who asked.</param>
/// <param name="Details">JSON of the verb's own; null = none.</param>
internal sealed record VerbReply(VerbOutcome Outcome, string Text, string? Details = null);

internal enum VerbOutcome
{
    Done,
    /// <summary>Not done, and asking again changes nothing until the reason is gone.</summary>
    Refused,
    /// <summary>Not done: whoever was asked does not lead, or nobody does.</summary>
    NotLeading,
    /// <summary>Not done: the broker between the replicas is away.</summary>
    Unreachable,
    /// <summary>No answer in time: it may or may not have been done. Asking again with the same request id is safe.</summary>
    Unknown,
}
