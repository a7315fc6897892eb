using System.Text;
using RabbitMQ.Client;

namespace Contracts.Bus;

/// <summary>Deliveries to envelopes, one at a time and in order. The broker acknowledges by itself: nothing is delivered twice.</summary>
internal sealed class SteeringConsumer(IChannel channel, Func<Envelope, ValueTask> received, Action cancelled) : AsyncDefaultBasicConsumer(channel)
{
    public const string KeyIdHeader = "x-key-id";
    public const string SignatureHeader = "x-signature";

    public override Task HandleBasicDeliverAsync(string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        // one byte above the limit is enough for the reader to refuse it, and bounds what this process keeps
        var kept = body[..Math.Min(body.Length, Wire.WireLimits.MaxBytes + 1)].ToArray();
        var headers = properties.Headers;
        return received(new Envelope(exchange, routingKey, kept, Text(Header(headers, KeyIdHeader)), Bytes(Header(headers, SignatureHeader)),
            properties.UserId)).AsTask();
    }

    /// <summary>The broker gave the consumer up: the queue was deleted or its node is gone. The connection itself would stand for ever.</summary>
    public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        await base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        cancelled();
    }

    private static object? Header(IDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? value : null;

    private static string? Text(object? value) => value is byte[] { Length: <= 256 } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[] Bytes(object? value) => value is byte[] { Length: <= 256 } bytes ? bytes : [];
}
