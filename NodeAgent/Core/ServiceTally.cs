using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// The service behind a group's VIP as this node sees it from outside. Two bad samples make it down and two good ones up again: a hand-over
/// (10 to 20 ms; 3 s without an armed standby) or one lost SYN (sent again after 1 s, behind the deadline) spoils one sample of itself, two in a
/// row mean that clients waited for more than a second. Unlike a probe it is down although it was never up: nothing is moved for it, and a
/// node that starts inside an outage should say so. Unknown samples change nothing.
/// </summary>
public sealed record ServiceTally(Uri Address, TimeSpan Since)
{
    public const int Fall = 2;
    public const int Rise = 2;
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(500);

    public ProbeState State { get; init; }
    public string Reason { get; init; } = "not asked yet";
    public TimeSpan? Latency { get; init; }
    public int Goods { get; init; }
    public int Bads { get; init; }

    public ServiceTally Fold(Input.ServiceSampled sample)
    {
        if (sample.Result == SampleResult.Unknown) return this with { Reason = sample.Reason };
        var good = sample.Result == SampleResult.Good;
        var next = this with
        {
            Goods = good ? Math.Min(Goods + 1, Rise) : 0,
            Bads = good ? 0 : Math.Min(Bads + 1, Fall),
            Latency = good ? sample.Took : null,
            Reason = sample.Reason,
        };
        var state = State switch
        {
            ProbeState.Unknown when next.Goods > 0 => ProbeState.Up,
            ProbeState.Down when next.Goods >= Rise => ProbeState.Up,
            not ProbeState.Down when next.Bads >= Fall => ProbeState.Down,
            _ => State,
        };
        return state == State ? next : next with { State = state, Since = sample.At };
    }
}
