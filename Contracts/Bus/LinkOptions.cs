namespace Contracts.Bus;

/// <summary>Where and as whom the link connects, and what it listens to.</summary>
public sealed record LinkOptions
{
    /// <summary><c>amqp://user@host:5672/vhost</c> or <c>amqps://</c>.</summary>
    public required Uri Uri { get; init; }
    public required string Password { get; init; }
    /// <summary>Shown by the broker, and in its presence events: <c>arbiter-agent/lb1/8c2f</c> (<see cref="ClientNames"/>).</summary>
    public required string ClientName { get; init; }
    /// <summary>Own queue: exclusive, auto-delete, at most 1000 messages of at most 5 s (docs/wire.md).</summary>
    public required string Queue { get; init; }
    public required IReadOnlyList<LinkBinding> Bindings { get; init; }
    /// <summary>The arbiter declares the exchanges; an agent waits until they are there.</summary>
    public bool DeclareExchanges { get; init; }
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan ConfirmDeadline { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>A canary is sent this often; three that do not come back in a row end the connections.</summary>
    public TimeSpan CanaryEvery { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan ReconnectFirst { get; init; } = TimeSpan.FromMilliseconds(250);
    public TimeSpan ReconnectMost { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without the password: options end up in logs.</summary>
    public override string ToString() => $"{ClientName} at {Uri.Host}:{Uri.Port}, queue {Queue}";
}

public sealed record LinkBinding(string Exchange, string RoutingKey);
