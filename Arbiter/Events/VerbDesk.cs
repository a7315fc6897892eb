using System.Text.Json;
using Arbiter.Quorum;

namespace Arbiter.Events;

/// <summary>Does verbs on the replica that leads, each request id once.</summary>
/// <param name="verbs">Asked for at the first verb, not before: a room whose verbs these are may itself need this one.</param>
internal sealed class VerbDesk(IEnumerable<IVerb> verbs, IRegister register, TimeProvider time, ILogger<VerbDesk> log)
{
    /// <summary>A request id is known for this long.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);
    /// <summary>Request ids known at a time; beyond that verbs are refused rather than the promise broken.</summary>
    public const int MaxKnown = 1024;
    public const int MaxArguments = 8192;
    public const int MaxWho = 100;
    public const int MaxText = 1000;
    public const int MaxDetails = 16384;
    /// <summary>Of the 3 s that the asker waits.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(2500);

    private sealed record Known(VerbCall Call, Task<VerbReply> Reply, long At);

    private readonly Lazy<Dictionary<string, IVerb>> _verbs = new(() => verbs.ToDictionary(v => v.Kind, StringComparer.Ordinal));
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    public bool Leading => register.Status.State == RegisterState.Leading && register.MaySpeak();

    /// <summary>Never throws for what a call holds.</summary>
    public async Task<VerbReply> Act(VerbCall call, CancellationToken stopping)
    {
        if (Problem(call) is { } problem) return new VerbReply(VerbOutcome.Refused, problem);
        if (!Leading) return NotLeading();
        Task<VerbReply> reply;
        lock (_gate)
        {
            Forget();
            if (_known.TryGetValue(call.RequestId, out var known))
            {
                if (known.Call with { Who = call.Who } != call)
                    return new VerbReply(VerbOutcome.Refused, $"request id {call.RequestId} was used for another verb within the last 10 minutes");
                reply = known.Reply;
            }
            else
            {
                if (_known.Count >= MaxKnown) return new VerbReply(VerbOutcome.Refused, $"more than {MaxKnown} verbs within 10 minutes: ask again later");
                reply = Run(_verbs.Value[call.Kind], call, stopping);
                _known[call.RequestId] = new Known(call, reply, time.GetTimestamp());
                _order.Enqueue(call.RequestId);
            }
        }
        try
        {
            return await reply.WaitAsync(Deadline, time, stopping);
        }
        catch (TimeoutException)
        {
            return new VerbReply(VerbOutcome.Unknown, $"not done within {Deadline.TotalSeconds:0.0} s, and still under way: ask again with the same request id");
        }
    }

    public VerbReply NotLeading() => new(VerbOutcome.NotLeading, register.Status.Leader is { } leader ? $"this replica does not lead; {leader} does" : "nobody leads at the moment");

    /// <summary>Null: can be done or known.</summary>
    public string? Problem(VerbCall call) =>
        !_verbs.Value.ContainsKey(call.Kind) ? $"there is no verb of that kind; known: {(_verbs.Value.Count == 0 ? "none" : string.Join(", ", _verbs.Value.Keys.Order(StringComparer.Ordinal)))}"
        : call.RequestId.Length is < 1 or > 64 || call.RequestId.Any(c => c is < '!' or > '~') ? "a request id has 1 to 64 printable ASCII characters without space"
        : call.Who.Length > MaxWho || call.Who.Any(char.IsControl) ? $"who asks is told in at most {MaxWho} characters, none of them a control character"
        : call.Arguments.Length > MaxArguments ? $"arguments have at most {MaxArguments} characters"
        : null;

    private async Task<VerbReply> Run(IVerb verb, VerbCall call, CancellationToken stopping)
    {
        // not under the lock of the caller
        await Task.Yield();
        VerbReply reply;
        try
        {
            using var arguments = JsonDocument.Parse(call.Arguments.Length == 0 ? "{}" : call.Arguments, new JsonDocumentOptions { MaxDepth = 16 });
            reply = arguments.RootElement.ValueKind == JsonValueKind.Object
                ? Clip(await verb.Do(arguments.RootElement, call.Who, stopping))
                : new VerbReply(VerbOutcome.Refused, "arguments are a JSON object");
        }
        catch (JsonException e)
        {
            reply = new VerbReply(VerbOutcome.Refused, $"arguments are no JSON: {e.Message}");
        }
        catch (Exception e)
        {
            log.VerbFailed(e, call.Kind, call.Who);
            reply = new VerbReply(VerbOutcome.Unknown, $"failed inside the arbiter ({e.GetType().Name}); its log says more");
        }
        log.Verb(call.Kind, call.Who, reply.Outcome, reply.Text);
        return reply;
    }

    private static VerbReply Clip(VerbReply reply) => reply with
    {
        Text = reply.Text.Length <= MaxText ? reply.Text : reply.Text[..MaxText],
        // cut JSON is none
        Details = reply.Details is { Length: > MaxDetails } ? null : reply.Details,
    };

    private void Forget()
    {
        while (_order.TryPeek(out var oldest) && time.GetElapsedTime(_known[oldest].At) > Memory) _known.Remove(_order.Dequeue());
    }
}
