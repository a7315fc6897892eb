using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging;
using NodeAgent.Core;

namespace NodeAgent.Reporting;

/// <summary>
/// What one event of the link means to the core. An order is verified before it is parsed, and must be for this node and cluster; anything
/// else is one counter and one log line per kind and ten seconds, and never reaches the core. Waits for nothing.
/// </summary>
internal sealed partial class OrderIntake(MessageCodec codec, MessageVerifier verifier, NodeId node, ProcessClock clock, ILogger log)
{
    private static readonly TimeSpan s_sample = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (TimeSpan At, long Dropped)> _told = new(StringComparer.Ordinal);
    private readonly string _routingKey = Routes.Order(node);

    public long Dropped { get; private set; }

    public Deviations Deviations { get; init; } = Deviations.None;

    /// <returns>null: nothing for the core.</returns>
    public Input? Read(LinkEvent happened)
    {
        switch (happened)
        {
            case LinkEvent.Connected:
                LogConnected(log);
                return new Input.LinkChanged(clock.Now, true);
            case LinkEvent.Disconnected lost:
                LogDisconnected(log, lost.Reason);
                return new Input.LinkChanged(clock.Now, false);
            // a message nobody listens to was still taken by a living broker
            case LinkEvent.Sent { Outcome: SendOutcome.Confirmed or SendOutcome.Returned }:
                return new Input.BrokerAnswered(clock.Now);
            case LinkEvent.Received received:
                return Take(received.Envelope);
            default:
                return null;
        }
    }

    private Input.Ordered? Take(Envelope envelope)
    {
        if (envelope.Exchange == Routes.TermExchange) return null;  // for people; never a floor for agents
        var unverified = Deviations.OrderUnverified;
        if (envelope.Exchange != Routes.OrderExchange || envelope.RoutingKey != _routingKey) return Drop("route", "it came on a route that is not ours");
        if (verifier.Refusal(envelope) is { } refusal && !unverified) return Drop("signature", refusal);
        var decoded = codec.Decode<Order>(envelope);
        if (!decoded.Ok) return Drop("malformed", decoded.Refusal);
        return decoded.Message.Node == node || unverified ? new Input.Ordered(clock.Now, decoded.Message) : Drop("node", "it is for another node");
    }

    /// <param name="kind">What is sampled: the reason itself may be another one each time, by whoever sends.</param>
    private Input.Ordered? Drop(string kind, string reason)
    {
        Dropped++;
        var (at, dropped) = _told.GetValueOrDefault(kind, (TimeSpan.MinValue, 0));
        if (at != TimeSpan.MinValue && clock.Now - at < s_sample)
        {
            _told[kind] = (at, dropped + 1);
            return null;
        }
        LogDropped(log, reason, dropped);
        _told[kind] = (clock.Now, 0);
        return null;
    }

    [LoggerMessage(3001, LogLevel.Information, "the steering link is up", EventName = nameof(LogConnected))]
    private static partial void LogConnected(ILogger log);

    [LoggerMessage(3002, LogLevel.Warning, "the steering link is down: {Reason}; the VIP stays where it is, local rules go on", EventName = nameof(LogDisconnected))]
    private static partial void LogDisconnected(ILogger log, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "an order was dropped: {Reason} ({Before} more like it before)", EventName = nameof(LogDropped))]
    private static partial void LogDropped(ILogger log, string reason, long before);
}
