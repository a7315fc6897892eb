using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace NodeAgent.Reporting;

/// <summary>Signs and publishes what the core wants told. Never waits: the link keeps the newest level when the broker is slow.</summary>
internal sealed class Reporter(ISteeringLink link, MessageCodec codec, MessageSigner signer, NodeId node)
{
    private readonly string _health = Routes.Health(node);
    private readonly string _state = Routes.State(node);

    public void Publish(HealthEvent message) => Send(Routes.HealthExchange, _health, message);

    public void Publish(RoleObserved message) => Send(Routes.StateExchange, _state, message);

    public void Publish(OrderResult message) => Send(Routes.StateExchange, _state, message);

    private void Send<T>(string exchange, string routingKey, T message) where T : class, IMessage =>
        link.Publish(signer.Sign(exchange, routingKey, codec.Encode(message)));
}
