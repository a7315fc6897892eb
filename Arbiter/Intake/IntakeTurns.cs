using System.Diagnostics.Metrics;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Orders;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Intake;

/// <summary>
/// What one event of the link means: limit, verify, parse, hand on. What is refused is counted and said once in a while, and changes
/// nothing. Neither thread nor queue: <see cref="SteeringIntake"/> gives it what comes, a simulator as it likes.
/// </summary>
internal sealed partial class IntakeTurns
{
    private const double PerSecond = 20;
    private const double Burst = 60;

    private readonly IGroups _groups;
    private readonly IOrders _orders;
    private readonly ProcessClock _clock;
    private readonly ILogger _log;
    private readonly MessageCodec _codec;
    private readonly Dictionary<string, Sender> _senders = new(StringComparer.Ordinal);
    private readonly Sampler _sampler = new();
    private readonly Counter<long>? _refused;

    public IntakeTurns(ClusterName cluster, KeyRing keys, IEnumerable<NodeId> nodes, IGroups groups, IOrders orders, ProcessClock clock, Counter<long>? refused, ILogger log)
    {
        (_groups, _orders, _clock, _refused, _log) = (groups, orders, clock, refused, log);
        _codec = new MessageCodec(cluster);
        foreach (var node in nodes.Distinct())
        {
            var sender = new Sender(node, new MessageVerifier(keys.DeriveNode(node), Direction.Agent), new TokenBucket(PerSecond, Burst));
            _senders.Add(Routes.Health(node), sender);
            // a share of its own: a node with many groups answers and turns in many messages at once, and its level must get through behind them
            _senders.Add(Routes.State(node), sender with { Bucket = new TokenBucket(PerSecond, Burst) });
        }
    }

    /// <summary>For a simulator whose replicas read the very same messages: one of them reads each.</summary>
    internal Func<Envelope, Decoded<HealthEvent>>? Decode { get; init; }

    public void Take(LinkEvent happened)
    {
        switch (happened)
        {
            case LinkEvent.Received e: Take(e.Envelope); break;
            case LinkEvent.Sent e: _orders.Settled(e); break;
            case LinkEvent.Connected:
                BusUp(_log);
                _groups.PostAll(new Input.BusChanged(_clock.Now, true, "connected"));
                _orders.Repeat();
                break;
            case LinkEvent.Disconnected e:
                BusDown(_log, e.Reason);
                _groups.PostAll(new Input.BusChanged(_clock.Now, false, e.Reason));
                break;
            default: break;
        }
    }

    private void Take(Envelope envelope)
    {
        var now = _clock.Now;
        if (!_senders.TryGetValue(envelope.RoutingKey, out var sender))
            Refuse("unknown-node", WireLimits.Clip(envelope.RoutingKey, 80), "no group has this node", now);
        // another's bad mail must not use up the node's own share
        else if (envelope.UserId is { } user && user != sender.Node.Value)
            Refuse("wrong-user", sender.Node.Value, $"sent by user '{WireLimits.Clip(user, 64)}'", now);
        else if (!sender.Bucket.Take(now))
            Refuse("too-many", sender.Node.Value, $"more than {PerSecond} messages a second", now);
        else if (sender.Verifier.Refusal(envelope) is { } forged)
            Refuse("signature", sender.Node.Value, forged, now);
        else if (envelope.Exchange == Routes.HealthExchange)
            Health(Decode?.Invoke(envelope) ?? _codec.Decode<HealthEvent>(envelope), sender, now);
        else
            State(_codec.DecodeState(envelope), sender, now);
    }

    private void Health(Decoded<HealthEvent> decoded, Sender sender, TimeSpan now)
    {
        if (!decoded.Ok)
        {
            Refuse("malformed", sender.Node.Value, decoded.Refusal, now);
            return;
        }
        // the nonce first: the answer to this event may be an order
        _orders.Heard(sender.Node, decoded.Message.Process, decoded.Message.Nonce);
        _groups.Post(sender.Node, new Input.NodeReported(now, decoded.Message));
    }

    private void State(Decoded<IMessage> decoded, Sender sender, TimeSpan now)
    {
        switch (decoded.Message)
        {
            case RoleObserved role: _groups.Post(role.Group, new Input.RoleReported(now, role)); break;
            case OrderResult result: _groups.Post(result.Group, new Input.OrderAnswered(now, result)); break;
            default: Refuse("malformed", sender.Node.Value, decoded.Refusal ?? "no message of the state exchange", now); break;
        }
    }

    private void Refuse(string reason, string from, string text, TimeSpan now)
    {
        _refused?.Add(1, new KeyValuePair<string, object?>("reason", reason));
        if (_sampler.Due($"{reason} {from}", now) is { } quiet) Refused(_log, from, reason, text, quiet);
    }

    private sealed record Sender(NodeId Node, MessageVerifier Verifier, TokenBucket Bucket);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "The message bus is connected")]
    private static partial void BusUp(ILogger log);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Warning, Message = "The message bus is away: {Reason}. Nodes keep what they have")]
    private static partial void BusDown(ILogger log, string reason);

    [LoggerMessage(EventId = 2303, Level = LogLevel.Warning, Message = "A message of {From} was refused ({Reason}): {Text}; {Quiet} more since the last line")]
    private static partial void Refused(ILogger log, string from, string reason, string text, int quiet);
}
