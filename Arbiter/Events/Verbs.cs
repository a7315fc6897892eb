using System.Text.Json;
using Arbiter.Events.Plane;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Events;

/// <summary>Here if this replica leads, otherwise by one question to the leader.</summary>
internal sealed class Verbs(ClusterName cluster, VerbDesk desk, PlaneKeeper plane, IRegister register) : IVerbs
{
    public async Task<VerbReply> Do(VerbCall call, CancellationToken stopping)
    {
        if (desk.Problem(call) is { } problem) return new VerbReply(VerbOutcome.Refused, problem);
        if (desk.Leading) return await desk.Act(call, stopping);
        if (register.Status is not { Leader: { } leader, State: not RegisterState.Leading }) return desk.NotLeading();
        var (answer, sent, reason) = await plane.Ask(new VerbRequest
        {
            V = VerbListener.Version, Cluster = cluster.Value, To = leader,
            Kind = call.Kind, Arguments = call.Arguments, RequestId = call.RequestId, Who = call.Who,
        }, stopping);
        if (answer is not null) return Read(answer, leader);
        return sent
            ? new VerbReply(VerbOutcome.Unknown, $"no answer from the leader {leader}: {reason}; it may have been done, ask again with the same request id")
            : new VerbReply(VerbOutcome.Unreachable, $"the leader {leader} cannot be asked: {reason}; ask it directly");
    }

    private static VerbReply Read(PlaneAnswer answer, string leader) =>
        Enum.TryParse<VerbOutcome>(answer.Outcome, ignoreCase: true, out var outcome) && Enum.IsDefined(outcome) && answer.Text is { Length: > 0 and <= VerbDesk.MaxText } text
            && answer.Details is not { Length: > VerbDesk.MaxDetails }
            ? new VerbReply(outcome, text, answer.Details)
            : new VerbReply(VerbOutcome.Unknown, $"the leader {leader} answered what this version does not understand: do all replicas run one version?");
}

/// <summary>What the plane brings in, checked whole: forwarded verbs for this replica, and news.</summary>
internal sealed class VerbListener(ClusterName cluster, string replica, VerbDesk desk, ReplicaNewsDesk news, TimeProvider time, ILogger<VerbListener> log) : IPlaneListener
{
    public const int Version = 1;

    private readonly Lock _gate = new();
    private long _refused;
    private long _logged;

    public long Refused => Interlocked.Read(ref _refused);

    public async Task<PlaneAnswer?> Asked(VerbRequest request, CancellationToken stopping)
    {
        if (request is not { V: Version, To: { } to, Kind: { } kind, Arguments: { } arguments, RequestId: { } id, Who: { } who } || request.Cluster != cluster.Value)
        {
            Refuse("a verb of another version or cluster, or one that lacks a field");
            return null;
        }
        // the leader's name is replica/process; an earlier process of this replica is gone and this one answers for it
        if (to.Split('/')[0] != replica) return null;
        var reply = await desk.Act(new VerbCall(kind, arguments, id, who), stopping);
        return new PlaneAnswer { Outcome = JsonNamingPolicy.CamelCase.ConvertName(reply.Outcome.ToString()), Text = reply.Text, Details = reply.Details };
    }

    public void Heard(NewsMessage message)
    {
        var problem = message.V != Version || message.Cluster != cluster.Value ? "news of another version or cluster" : news.Heard(message);
        if (problem is not null) Refuse(problem);
    }

    /// <summary>Counts, and logs at most once in 10 s.</summary>
    private void Refuse(string reason)
    {
        var total = Interlocked.Increment(ref _refused);
        lock (_gate)
        {
            if (_logged != 0 && time.GetElapsedTime(_logged) < TimeSpan.FromSeconds(10)) return;
            _logged = time.GetTimestamp();
        }
        log.Refused(reason, total);
    }
}
