using System.Threading.Channels;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging;
using NodeAgent.Core;

namespace NodeAgent.Reporting;

/// <summary>
/// Turns what happens on the link into inputs. An order is verified before it is parsed, and must be for this node and cluster; anything
/// else is one counter and one log line per kind and ten seconds, and never reaches the core.
/// </summary>
internal sealed partial class OrderReader(
    ISteeringLink link, MessageCodec codec, MessageVerifier verifier, NodeId node, ProcessClock clock, ChannelWriter<Input> inbox, ILogger<OrderReader> log)
{
    private static readonly TimeSpan s_sample = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (TimeSpan At, long Dropped)> _told = new(StringComparer.Ordinal);
    private readonly string _routingKey = Routes.Order(node);

    public long Dropped { get; private set; }

    public async Task Run(CancellationToken stopping)
    {
        await foreach (var happened in link.Events.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            switch (happened)
            {
                case LinkEvent.Connected:
                    LogConnected(log);
                    await inbox.WriteAsync(new Input.LinkChanged(clock.Now, true), stopping).ConfigureAwait(false);
                    break;
                case LinkEvent.Disconnected lost:
                    LogDisconnected(log, lost.Reason);
                    await inbox.WriteAsync(new Input.LinkChanged(clock.Now, false), stopping).ConfigureAwait(false);
                    break;
                // a message nobody listens to was still taken by a living broker
                case LinkEvent.Sent { Outcome: SendOutcome.Confirmed or SendOutcome.Returned }:
                    inbox.TryWrite(new Input.BrokerAnswered(clock.Now));
                    break;
                case LinkEvent.Received received:
                    Take(received.Envelope);
                    break;
            }
        }
    }

    private void Take(Envelope envelope)
    {
        if (envelope.Exchange == Routes.TermExchange) return;  // for people; never a floor for agents
        if (envelope.Exchange != Routes.OrderExchange || envelope.RoutingKey != _routingKey)
        {
            Drop("route", "it came on a route that is not ours");
            return;
        }
        if (verifier.Refusal(envelope) is { } refusal)
        {
            Drop("signature", refusal);
            return;
        }
        var decoded = codec.Decode<Order>(envelope);
        if (!decoded.Ok) Drop("malformed", decoded.Refusal);
        else if (decoded.Message.Node != node) Drop("node", "it is for another node");
        else inbox.TryWrite(new Input.Ordered(clock.Now, decoded.Message));
    }

    /// <param name="kind">What is sampled: the reason itself may be another one each time, by whoever sends.</param>
    private void Drop(string kind, string reason)
    {
        Dropped++;
        var (at, dropped) = _told.GetValueOrDefault(kind, (TimeSpan.MinValue, 0));
        if (at != TimeSpan.MinValue && clock.Now - at < s_sample)
        {
            _told[kind] = (at, dropped + 1);
            return;
        }
        LogDropped(log, reason, dropped);
        _told[kind] = (clock.Now, 0);
    }

    [LoggerMessage(3001, LogLevel.Information, "the steering link is up", EventName = nameof(LogConnected))]
    private static partial void LogConnected(ILogger log);

    [LoggerMessage(3002, LogLevel.Warning, "the steering link is down: {Reason}; the VIP stays where it is, local rules go on", EventName = nameof(LogDisconnected))]
    private static partial void LogDisconnected(ILogger log, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "an order was dropped: {Reason} ({Before} more like it before)", EventName = nameof(LogDropped))]
    private static partial void LogDropped(ILogger log, string reason, long before);
}
