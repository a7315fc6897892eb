namespace Arbiter.Events.Plane;

// What goes over MassTransit. Public with settable parts, because its serialiser makes them; checked whole where they are taken.

/// <summary>One event for <c>vip.events</c>; the body is sent as it is.</summary>
public sealed record VipEvent(string Id, string RoutingKey, byte[] Body);

/// <summary>Goes the way of an event and is bound to nothing: the first real event then finds everything compiled and open.</summary>
public sealed record WarmUp(string Id, string RoutingKey, byte[] Body);

/// <summary>To all replicas; the one that is named answers.</summary>
public sealed record VerbRequest
{
    public int V { get; init; }
    public string? Cluster { get; init; }
    /// <summary>The leader as the asker knows it, <c>replica/process</c>.</summary>
    public string? To { get; init; }
    public string? Kind { get; init; }
    public string? Arguments { get; init; }
    public string? RequestId { get; init; }
    public string? Who { get; init; }
}

public sealed record PlaneAnswer
{
    /// <summary>As <see cref="VerbOutcome"/>, in camelCase.</summary>
    public string? Outcome { get; init; }
    public string? Text { get; init; }
    public string? Details { get; init; }
}

/// <summary>From the leader to all replicas.</summary>
public sealed record NewsMessage
{
    public int V { get; init; }
    public string? Cluster { get; init; }
    public string? Leader { get; init; }
    public long Generation { get; init; }
    public long Term { get; init; }
    /// <summary>Rises with each message of a term; what is not newer is dropped.</summary>
    public long Seq { get; init; }
    public long StatusVersion { get; init; }
    public Dictionary<string, string>? Topics { get; init; }
}
