using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Simulation.Cluster;

/// <summary>The production codec, which reads each message once for all replicas: they get the very same one. Signatures are verified by each.</summary>
internal sealed class Decoding(ClusterName cluster)
{
    private const int Remembered = 8;
    private readonly MessageCodec _codec = new(cluster);
    private readonly (Envelope? Envelope, Decoded<HealthEvent>? Read)[] _newest = new (Envelope?, Decoded<HealthEvent>?)[Remembered];
    private int _next;

    public Decoded<HealthEvent> Read(Envelope envelope)
    {
        foreach (ref readonly var one in _newest.AsSpan())
            if (ReferenceEquals(one.Envelope, envelope) && one.Read is { } known) return known;
        var read = _codec.Decode<HealthEvent>(envelope);
        _newest[_next] = (envelope, read);
        _next = (_next + 1) % Remembered;
        return read;
    }
}
