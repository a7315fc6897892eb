using System.Globalization;
using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// O4. An order is taken only while at most its validity has passed, on the agent's own clock, since this very process sent the nonce that the order
/// echoes; nothing sent before a tilt counts after it, and nothing is taken while tilted. <c>standby</c> is also carried out (after the disk) within that
/// time only. When nonces were sent is kept here, from the steps in which the agent's sequence of events rose, and not taken from its own ledger.
/// Holder is carried out whenever the node becomes MASTER: under <c>onControlPlaneLoss: local</c> the role last ordered stays.
/// </summary>
internal sealed class ValidityJudge : Judge
{
    private readonly Dictionary<NodeId, Life> _lives = [];

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (!_lives.TryGetValue(node, out var life) || life.Process != after.Process) _lives[node] = life = new Life(after.Process);
        if (input is AgentInput.Ordered { Order: var order } && Taken.Any(before, after, order))
        {
            if (life.SentAt(order.Nonce) is not { } sentAt) throw Broken("O4", $"{node} takes an order with the nonce {order.Nonce}, which {life.Process} has not sent");
            var age = input.At - sentAt;
            if (age > TimeSpan.FromMilliseconds(order.ValidMs)) throw Broken("O4", $"{node} takes an order whose nonce is {age.TotalSeconds:0.000} s old, valid for {order.ValidMs} ms");
            if (input.At < before.TiltUntil) throw Broken("O4", $"{node} takes an order while it is tilted");
        }
        // what an agent slept through belongs to another time
        if (after.TiltUntil > before.TiltUntil) life.Nonces.Clear();
        for (var seq = before.Seq + 1; seq <= after.Seq; seq++) life.Nonces[seq] = input.At;
        if (life.Nonces.Count > 4096) life.Forget(after.Seq - 2048);

        if (ReferenceEquals(before.Groups, after.Groups) || input is AgentInput.Started) return;
        foreach (var (name, group) in after.Groups)
        {
            if (group.Steered != SteeredRole.Standby || !before.Groups.TryGetValue(name, out var was) || was.Steered == SteeredRole.Standby) continue;
            if (group.Order is not { } standing || input.At - standing.NonceAt > standing.ValidFor)
                throw Broken("O4", $"{node} {name}: made standby by an order that has run out");
        }
    }

    private sealed class Life(string process)
    {
        public string Process => process;
        public Dictionary<long, TimeSpan> Nonces { get; } = [];

        public TimeSpan? SentAt(string nonce) =>
            nonce.StartsWith($"{process}-", StringComparison.Ordinal)
            && long.TryParse(nonce.AsSpan(process.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            && Nonces.TryGetValue(seq, out var at) ? at : null;

        public void Forget(long below)
        {
            foreach (var seq in Nonces.Keys.Where(k => k < below).ToArray()) Nonces.Remove(seq);
        }
    }
}
