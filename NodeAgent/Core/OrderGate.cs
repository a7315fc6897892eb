using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// Which orders may act at all. Signature, cluster and node were verified before. Everything a slow network, a replay, a paused or a
/// deposed leader can send ends here, and changes nothing:
/// <list type="bullet">
/// <item>the echoed nonce is not ours, or older than the order's validity: made before we spoke, or too long ago;</item>
/// <item>the speaker (generation, term) is below the highest heard: a deposed leader;</item>
/// <item>the sequence is not above the last of this speaker: a replay, or overtaken by a newer one;</item>
/// <item>per group: (generation, epoch) is below the highest applied. An equal one is a refresh.</item>
/// </list>
/// A higher generation may come with any epoch: the register was seeded anew.
/// </summary>
internal static class OrderGate
{
    /// <param name="NonceAt">When the echoed nonce was sent; null when the order may not act.</param>
    /// <param name="Code">Which rule refused it.</param>
    public readonly record struct Verdict(TimeSpan? NonceAt, OrderOutcome Outcome, string Code, string Reason);

    public static Verdict Judge(AgentState agent, Order order, TimeSpan now)
    {
        if (order.Process != agent.Process)
            return Stale("process", $"it is for process {order.Process}, this is {agent.Process}");
        if (agent.Nonces.SentAt(agent.Process, order.Nonce) is not { } sentAt)
        {
            if (!agent.Deviations.NonceUnchecked) return Stale("nonce", "its nonce is unknown");
            sentAt = now;
        }
        if (!agent.Deviations.NonceUnchecked && now - sentAt > TimeSpan.FromMilliseconds(order.ValidMs))
            return Stale("expired", $"it has expired: its nonce is {(now - sentAt).TotalSeconds:0.0} s old");
        var speaker = new SpeakerToken(order.Generation, order.Term);
        if (speaker < agent.Speaker)
            return Stale("speaker", $"its speaker {speaker} is below {agent.Speaker}");
        if (speaker == agent.Speaker && order.Seq <= agent.OrderSeq && !agent.Deviations.OrderTakenAgain)
            return Stale("sequence", $"its sequence {order.Seq} is not above {agent.OrderSeq}: replayed or overtaken");
        if (agent.Tilted(now))
            return new Verdict(null, OrderOutcome.Refused, "tilt", "the agent was away and is calming down");
        return new Verdict(sentAt, OrderOutcome.Applied, "", "");

        static Verdict Stale(string code, string reason) => new(null, OrderOutcome.Stale, code, reason);
    }

    public static string? JudgeGroup(GroupState group, Order order, GroupOrder wanted)
    {
        var token = new FencingToken(order.Generation, wanted.Epoch);
        return token < group.Applied ? $"its epoch {token} is below {group.Applied}" : null;
    }
}
