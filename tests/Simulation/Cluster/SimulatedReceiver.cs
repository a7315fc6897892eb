using Arbiter.Notifications;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>Somebody who is told, outside of every arbiter.</summary>
internal sealed class SimulatedReceiver(string name, Dice dice)
{
    /// <summary>A receiver's own deadline for an attempt.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    public string Name => name;
    public bool Down { get; set; }
    /// <summary>Takes what it is given, and answers too late for whoever asked.</summary>
    public bool Slow { get; set; }
    public long Taken { get; set; }

    /// <summary>How long an attempt is on its way.</summary>
    public TimeSpan Way() => dice.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(40));

    /// <summary>What the sender hears of it, and how long after the event arrived.</summary>
    public (DeliveryOutcome Heard, TimeSpan After, bool Taken) Take()
    {
        if (Down) return (new DeliveryOutcome(DeliveryResult.Failed, "connection refused"), TimeSpan.FromMilliseconds(1), false);
        if (!Slow) return (new DeliveryOutcome(DeliveryResult.Delivered, "200"), dice.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(80)), true);
        return dice.Chance(0.5)
            ? (new DeliveryOutcome(DeliveryResult.Failed, $"no answer within {s_deadline.TotalSeconds:0} s"), s_deadline, true)
            : (new DeliveryOutcome(DeliveryResult.Delivered, "200"), dice.Between(TimeSpan.FromSeconds(1), s_deadline), true);
    }
}
