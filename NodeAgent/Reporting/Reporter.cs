using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging;

namespace NodeAgent.Reporting;

/// <summary>Signs and publishes what the core wants told. Never waits: the link keeps the newest level when the broker is slow.</summary>
internal sealed partial class Reporter(ISteeringLink link, MessageCodec codec, MessageSigner signer, NodeId node, ILogger<Reporter> log)
{
    private string? _unsent;
    private readonly string _health = Routes.Health(node);
    private readonly string _state = Routes.State(node);

    public void Publish(HealthEvent message) => Send(Routes.HealthExchange, _health, message);

    public void Publish(RoleObserved message) => Send(Routes.StateExchange, _state, message);

    public void Publish(OrderResult message) => Send(Routes.StateExchange, _state, message);

    /// <summary>What cannot be said must not end the loop that fences: the arbiter then takes this agent for silent, which moves nothing.</summary>
    private void Send<T>(string exchange, string routingKey, T message) where T : class, IMessage
    {
        byte[] body;
        try
        {
            body = codec.Encode(message);
        }
        catch (ArgumentException error)
        {
            if (_unsent != error.Message) LogUnsent(log, error.Message);
            _unsent = error.Message;
            return;
        }
        link.Publish(signer.Sign(exchange, routingKey, body));
    }

    [LoggerMessage(3004, LogLevel.Error, "a message to the arbiter cannot be written and was not sent: {Reason}", EventName = nameof(LogUnsent))]
    private static partial void LogUnsent(ILogger log, string reason);
}
