using System.Threading.Channels;
using Contracts.Bus;
using Simulation.Quorum;
using World.Time;

namespace Simulation.Cluster;

/// <summary>What the broker and the way to it do to messages that the broker in memory does not do by itself.</summary>
internal sealed class Roughness(Timeline time, Dice dice)
{
    private const int Remembered = 64;
    private readonly List<Envelope> _seen = [];

    public Timeline Time => time;

    /// <summary>The part of messages that come again, up to a minute later.</summary>
    public double Repeats { get; set; }
    /// <summary>Messages arrive and their confirm does not.</summary>
    public bool ConfirmsLost { get; set; }

    public void Passed(Envelope envelope, Action<Envelope> again)
    {
        if (_seen.Count < Remembered) _seen.Add(envelope);
        else _seen[dice.Next(Remembered)] = envelope;
        if (dice.Chance(Repeats)) time.After(dice.LogUniform(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60)), () => again(envelope));
    }

    /// <summary>Something that looks like a message that was sent, and is none.</summary>
    public Envelope? Garbage()
    {
        if (_seen.Count == 0) return null;
        var envelope = dice.Pick(_seen);
        var body = envelope.Body.ToArray();
        switch (dice.Next(6))
        {
            case 0: return envelope with { Body = body.AsMemory(0, dice.Next(body.Length)) };
            case 1:
                body[dice.Next(body.Length)] ^= (byte)(1 << dice.Next(8));
                return envelope with { Body = body };
            case 2: return envelope with { RoutingKey = dice.Pick(_seen).RoutingKey, Exchange = dice.Pick(_seen).Exchange };
            case 3: return envelope with { Body = dice.Pick(_seen).Body };
            case 4:
                for (var i = 0; i < body.Length; i++) body[i] = (byte)dice.Next(256);
                return envelope with { Body = body };
            default: return envelope with { KeyId = "k2", Signature = dice.Pick(_seen).Signature };
        }
    }
}

/// <summary>A link through such a broker.</summary>
internal sealed class RoughLink(InMemorySteeringLink link, Roughness roughness) : ISteppedLink
{
    private readonly Reader _reader = new(link.Events, roughness);

    public InMemorySteeringLink Inner => link;

    public ChannelReader<LinkEvent> Events => _reader;

    public long Happened => link.Happened;

    public LinkHealth Health => link.Health;

    public bool Cut
    {
        get => link.Cut;
        set => link.Cut = value;
    }

    public void Publish(Envelope envelope)
    {
        link.Publish(envelope);
        roughness.Passed(envelope, link.Publish);
    }

    public void Attach() => link.Attach();

    public void Detach() => link.Detach();

    public void Beat() => link.Beat();

    public Task Run(CancellationToken stopping) => link.Run(stopping);

    public ValueTask DisposeAsync() => link.DisposeAsync();

    private sealed class Reader(ChannelReader<LinkEvent> events, Roughness roughness) : ChannelReader<LinkEvent>
    {
        public override bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out LinkEvent item)
        {
            if (!events.TryRead(out item)) return false;
            if (roughness.ConfirmsLost && item is LinkEvent.Sent { Outcome: SendOutcome.Confirmed } sent) item = sent with { Outcome = SendOutcome.TimedOut, Detail = "no confirm" };
            return true;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => events.WaitToReadAsync(cancellationToken);
    }
}
