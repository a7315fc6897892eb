using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Arbiter.Events;

namespace Arbiter.Notifications;

/// <summary>What an operator asks of a replica that does not lead goes to the leader, over the arbiters' own exchange; it must answer within 3 s.</summary>
internal sealed class ForwardedVerbs(NotificationVerbs here, IVerbs? others, string replica) : INotificationVerbs
{
    public async Task<VerbAnswer> Redeliver(string id, string? receiver, CancellationToken stopping) =>
        await Elsewhere(await here.Redeliver(id, receiver, stopping), NotificationVerb.Redeliver, new NotificationCall(id, receiver, false), stopping);

    public async Task<VerbAnswer> Test(string? receiver, bool wait, CancellationToken stopping) =>
        await Elsewhere(await here.Test(receiver, wait, stopping), NotificationVerb.Test, new NotificationCall(null, receiver, wait), stopping);

    private async Task<VerbAnswer> Elsewhere(VerbAnswer own, string kind, NotificationCall call, CancellationToken stopping)
    {
        if (own.Status != 503 || others is null) return own;
        var reply = await others.Do(new VerbCall(kind, JsonSerializer.Serialize(call, NotificationJson.Default.NotificationCall), RandomNumberGenerator.GetHexString(32, lowercase: true), replica), stopping);
        if (reply.Details is { } details && Read(details) is { } answer) return answer;
        return reply.Outcome switch
        {
            // what this replica knows of the leader says more
            VerbOutcome.NotLeading => own,
            VerbOutcome.Unreachable => own with { Detail = $"{own.Detail} It was not reached from here: {reply.Text}" },
            VerbOutcome.Unknown => own with { Status = 504, Title = "No answer in time", Detail = $"{reply.Text} 'arbiter notifications' on the leader shows what became of it." },
            _ => own with { Status = 409, Title = "Refused", Detail = reply.Text },
        };
    }

    private static VerbAnswer? Read(string details)
    {
        try
        {
            return JsonSerializer.Deserialize(details, NotificationJson.Default.VerbAnswer) is { Receivers.IsDefault: false, Detail: not null } answer ? answer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The leader's end of it.</summary>
internal sealed class NotificationVerb(string kind, NotificationVerbs here) : IVerb
{
    public const string Redeliver = "notifications.redeliver";
    public const string Test = "notifications.test";

    public string Kind => kind;

    public async Task<VerbReply> Do(JsonElement arguments, string who, CancellationToken stopping)
    {
        NotificationCall? call;
        try
        {
            call = arguments.Deserialize(NotificationJson.Default.NotificationCall);
        }
        catch (JsonException)
        {
            call = null;
        }
        if (call is null || kind == Redeliver && call.Id is null) return new VerbReply(VerbOutcome.Refused, "the arguments are no call of this verb");
        var answer = kind == Redeliver ? await here.Redeliver(call.Id!, call.Receiver, stopping) : await here.Test(call.Receiver, call.Wait, stopping);
        var outcome = answer.Good ? VerbOutcome.Done : answer.Status == 503 ? VerbOutcome.NotLeading : VerbOutcome.Refused;
        return new VerbReply(outcome, answer.Detail, JsonSerializer.Serialize(answer, NotificationJson.Default.VerbAnswer));
    }
}

internal sealed record NotificationCall(string? Id, string? Receiver, bool Wait);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NotificationCall))]
[JsonSerializable(typeof(VerbAnswer))]
internal sealed partial class NotificationJson : JsonSerializerContext;
