using System.Collections.Immutable;
using System.Net;

namespace Arbiter.Configuration;

/// <summary>A webhook that is told what happens (docs/notifications.md).</summary>
public sealed record ReceiverOptions
{
    public const int Most = 32;
    /// <summary>The receiver of <c>vip.events</c> (docs/events.md), which nobody configures.</summary>
    public const string Reserved = "vip-events";
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    public required string Name { get; init; }
    /// <summary>May hold a secret in its path or query: never shown whole.</summary>
    public required Uri Url { get; init; }
    /// <summary>The signing keys, newest first; every one of them signs, so that a key can be changed without a gap.</summary>
    public required ImmutableArray<ImmutableArray<byte>> Secrets { get; init; }
    /// <summary>Networks that may be connected to although they are not public.</summary>
    public ImmutableArray<IPNetwork> Allow { get; init; } = [];
    public Uri? Proxy { get; init; }
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Where it points, without what may be secret.</summary>
    public string Shown => $"{Url.Scheme}://{Url.Host}:{Url.Port}";

    /// <summary>Without the secrets, so that a log line never holds them.</summary>
    public override string ToString() => $"ReceiverOptions {{ {Name}, {Shown} }}";
}

/// <summary>Which events go to whom. An empty list matches everything.</summary>
public sealed record NotificationRoute
{
    public const int Most = 64;

    public ImmutableArray<string> Severities { get; init; } = [];
    public ImmutableArray<string> Groups { get; init; } = [];
    public ImmutableArray<string> Types { get; init; } = [];
    public ImmutableArray<string> Nodes { get; init; } = [];
    public required ImmutableArray<string> To { get; init; }
    public ImmutableArray<string> Fallback { get; init; } = [];
}
