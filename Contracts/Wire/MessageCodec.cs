using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>
/// Messages to bytes and back. Decoding never throws, whatever the bytes are: it answers with the message, checked whole, or with one
/// refusal. Signatures are verified before (<see cref="MessageVerifier"/>). Thread safe.
/// </summary>
public sealed class MessageCodec(ClusterName cluster)
{
    /// <summary>
    /// The bytes as they go out. Reasons and faults are cut to their limit. A health event above 16 KB loses its oldest transitions
    /// until it fits: they only repeat what <see cref="RoleObserved"/> has said. Then its reasons get shorter.
    /// </summary>
    /// <exception cref="ArgumentException">Every receiver would refuse it (a wrong cluster or version, a negative age, too many items, too big): a fault in the sender.</exception>
    public byte[] Encode<T>(T message) where T : class, IMessage
    {
        message = Outgoing.Clipped(message);
        if ((Refusal(message) ?? MessageCheck.Refusal(message)) is { } refusal)
            throw new ArgumentException($"{typeof(T).Name}: {refusal}", nameof(message));
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(message, Info<T>());
            for (var most = WireLimits.MaxTransitions / 2; bytes.Length > WireLimits.MaxBytes && message is HealthEvent health; most /= 2)
            {
                bytes = JsonSerializer.SerializeToUtf8Bytes((T)(object)Outgoing.WithTransitions(health, most), Info<T>());
                if (most == 0) break;
            }
            // many checks fail at once, each with its reason: the level must get through then above all
            for (var most = WireLimits.MaxReason / 4; bytes.Length > WireLimits.MaxBytes && message is HealthEvent health; most /= 4)
            {
                bytes = JsonSerializer.SerializeToUtf8Bytes((T)(object)Outgoing.WithReasons(Outgoing.WithTransitions(health, 0), most), Info<T>());
                if (most == 0) break;
            }
            return bytes.Length <= WireLimits.MaxBytes
                ? bytes
                : throw new ArgumentException($"{typeof(T).Name}: {bytes.Length} bytes, more than {WireLimits.MaxBytes}", nameof(message));
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"{typeof(T).Name}: {e.Message}", nameof(message), e);
        }
    }

    /// <summary>How many bytes it would take, whatever the limits are.</summary>
    public static int Measure<T>(T message) where T : class, IMessage => JsonSerializer.SerializeToUtf8Bytes(message, Info<T>()).Length;

    /// <summary>The message of this body, or why it is refused.</summary>
    public Decoded<T> Decode<T>(ReadOnlySpan<byte> body) where T : class, IMessage
    {
        if (body.Length > WireLimits.MaxBytes) return Refuse<T>($"{body.Length} bytes, more than {WireLimits.MaxBytes}");
        try
        {
            if (JsonSerializer.Deserialize(body, Info<T>()) is not { } message) return Refuse<T>("the body is null");
            return (Refusal(message) ?? MessageCheck.Refusal(message)) is { } refusal ? Refuse<T>(refusal) : Decoded<T>.Taken(message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // a body of another version may lack what this one requires: the version is then the reason worth telling
            return Refuse<T>(Peek.Version(body) is { } v and not IMessage.CurrentVersion ? UnknownVersion(v) : Peek.Reason(e));
        }
    }

    /// <summary>
    /// The same, and what the envelope says must agree: the node of the routing key is the node inside, and in what agents send the
    /// broker-checked user is that node. Its signature has been verified before.
    /// </summary>
    public Decoded<T> Decode<T>(Envelope envelope) where T : class, IMessage
    {
        var decoded = Decode<T>(envelope.Body.Span);
        if (!decoded.Ok) return decoded;
        var (expected, node) = decoded.Message switch
        {
            HealthEvent m => ((Routes.HealthExchange, Routes.Health(m.Node)), m.Node.Value),
            RoleObserved m => ((Routes.StateExchange, Routes.State(m.Node)), m.Node.Value),
            OrderResult m => ((Routes.StateExchange, Routes.State(m.Node)), m.Node.Value),
            Order m => ((Routes.OrderExchange, Routes.Order(m.Node)), null),
            _ => ((Routes.TermExchange, Routes.TermKey), (string?)null),
        };
        if ((envelope.Exchange, envelope.RoutingKey) != expected)
            return Refuse<T>($"came as {WireLimits.Clip(envelope.Exchange, 40)}/{WireLimits.Clip(envelope.RoutingKey, 80)} and speaks for {expected.Item2}");
        if (node is not null && envelope.UserId is { } user && user != node)
            return Refuse<T>($"speaks for node {node} and was sent by user '{WireLimits.Clip(user, 64)}'");
        return decoded;
    }

    /// <summary>What came on <c>vip.state</c>: an <see cref="OrderResult"/> has an outcome, a <see cref="RoleObserved"/> has a counter.</summary>
    public Decoded<IMessage> DecodeState(Envelope envelope)
    {
        if (envelope.Body.Length > WireLimits.MaxBytes) return Decoded<IMessage>.Refused($"state: {envelope.Body.Length} bytes, more than {WireLimits.MaxBytes}");
        return Peek.Has(envelope.Body.Span, "outcome"u8) ? Widen(Decode<OrderResult>(envelope)) : Widen(Decode<RoleObserved>(envelope));
    }

    private static Decoded<IMessage> Widen<T>(Decoded<T> decoded) where T : class, IMessage =>
        decoded.Ok ? Decoded<IMessage>.Taken(decoded.Message) : Decoded<IMessage>.Refused(decoded.Refusal);

    private string? Refusal(IMessage message) =>
        message.V != IMessage.CurrentVersion ? UnknownVersion(message.V)
        : message.Cluster != cluster ? $"belongs to cluster {message.Cluster}, this is {cluster}" : null;

    private static string UnknownVersion(long v) => $"version {v}, this program knows {IMessage.CurrentVersion}";

    private static Decoded<T> Refuse<T>(string reason) where T : class => Decoded<T>.Refused($"{typeof(T).Name}: {reason}");

    private static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)(WireJson.Default.GetTypeInfo(typeof(T))
        ?? throw new ArgumentException($"{typeof(T).Name} is no message of the steering plane"));
}
