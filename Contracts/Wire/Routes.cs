using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>Exchanges and routing keys of the steering plane (docs/wire.md).</summary>
public static class Routes
{
    public const string HealthExchange = "vip.health";
    public const string StateExchange = "vip.state";
    public const string OrderExchange = "vip.orders";
    public const string TermExchange = "vip.term";
    /// <summary>Not steering: what other programs listen to (docs/events.md).</summary>
    public const string EventExchange = "vip.events";
    public const string TermKey = "term";
    public const string CanaryExchange = "vip.canary";
    public const string AllHealth = "health.*";
    public const string AllState = "state.*";

    public static IReadOnlyList<string> SteeringExchanges { get; } = [HealthExchange, StateExchange, OrderExchange, TermExchange, CanaryExchange];

    public static string Health(NodeId node) => $"health.{node}";
    public static string State(NodeId node) => $"state.{node}";
    public static string Order(NodeId node) => $"order.{node}";
    /// <summary>By the broker's user, so that one rule of permissions keeps everybody to the own key.</summary>
    public static string Canary(string user) => $"canary.{user}";
    public static string AgentQueue(NodeId node, string process) => $"q.agent.{node}.{process}";
    public static string ArbiterQueue(string arbiter, string process) => $"q.arbiter.{arbiter}.{process}";
}
