using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Core;

/// <summary>
/// Rise and fall of one probe. Several targets are one probe: it is as good as its best target, and only targets that have answered
/// within the memory (10 min) can make it fail, so that an address that never answers, or an ICMP filter, never does.
/// <list type="bullet">
/// <item>A good sample makes an unknown probe up at once, a down one after <c>rise</c>.</item>
/// <item>A bad sample makes an up one down after <c>fall</c> (another number while holding the VIP); an unknown one stays unknown, unless the
/// steering files show that it was good before the agent started.</item>
/// <item>An unknown sample (the agent's own fault) changes nothing: neither a miss nor a good.</item>
/// </list>
/// Fails by staying up while a target lies, and by staying unknown when a service never came up since the agent's start.
/// </summary>
public sealed record ProbeTally
{
    public required ProbeOptions Options { get; init; }
    public ProbeState State { get; init; }
    public string Reason { get; init; } = "not sampled yet";
    public TimeSpan Since { get; init; }
    /// <summary>Bad samples in a row on every target that counts.</summary>
    public int Misses { get; init; }
    public TimeSpan FirstMiss { get; init; }
    /// <summary>Good samples in a row on the best target.</summary>
    public int Goods { get; init; }
    /// <summary>Unknown to this agent, and good before it started.</summary>
    public bool WasGood { get; init; }
    public TimeSpan? Sample { get; init; }
    public TimeSpan? PreviousSample { get; init; }
    public TimeSpan? Latency { get; init; }
    public ImmutableSortedDictionary<string, TargetTally> Targets { get; init; } =
        ImmutableSortedDictionary.Create<string, TargetTally>(StringComparer.Ordinal);

    /// <summary>The probe is known to have failed before this agent started, from what stands in the steering files.</summary>
    public ProbeTally PresumedDown() => this with { State = ProbeState.Down, Reason = "was down before the agent started" };

    /// <summary>The probe is known to have been good before this agent started: what died meanwhile may be found dead, though this agent never saw it alive.</summary>
    public ProbeTally PresumedGood() => this with { WasGood = true };

    public ProbeTally Fold(Input.ProbeSampled sample, bool holding, TimeSpan memory)
    {
        var target = (Targets.GetValueOrDefault(sample.Target) ?? new TargetTally()).Fold(sample);
        var next = this with { Targets = Targets.SetItem(sample.Target, target) };
        if (sample.Result == SampleResult.Unknown) return next with { Reason = sample.Reason };

        var (misses, goods, counting) = next.Count(sample.At, memory);
        var best = goods > 0;
        if (sample.Result == SampleResult.Bad && best) return next;  // another target answers: nothing is missed

        next = next with
        {
            Goods = goods,
            Misses = misses,
            FirstMiss = misses == 0 ? default : Misses == 0 ? sample.TakenAt : FirstMiss,
            PreviousSample = Sample,
            Sample = sample.TakenAt,
            Latency = sample.Took,
            Reason = sample.Reason,
        };
        return best ? next.Rise(sample.At) : counting ? next.Fall(sample.At, holding) : next;
    }

    private (int Misses, int Goods, bool Counting) Count(TimeSpan now, TimeSpan memory)
    {
        var (misses, goods, counting) = (int.MaxValue, 0, false);
        foreach (var (_, target) in Targets)
        {
            goods = Math.Max(goods, target.Goods);
            if (State != ProbeState.Down && !WasGood && (target.LastGood is not { } good || now - good > memory)) continue;
            counting = true;
            misses = Math.Min(misses, target.Misses);
        }
        return (goods > 0 ? 0 : counting ? misses : 0, goods, counting);
    }

    private ProbeTally Rise(TimeSpan now) => State switch
    {
        ProbeState.Up => this,
        ProbeState.Down when Goods < Options.Rise => this with { Reason = $"{Reason}; {Goods} of {Options.Rise} in a row" },
        _ => this with { State = ProbeState.Up, Since = now, WasGood = false },
    };

    private ProbeTally Fall(TimeSpan now, bool holding) =>
        (State == ProbeState.Up || WasGood) && Misses >= (holding ? Options.HolderFall : Options.Fall)
            ? this with { State = ProbeState.Down, Since = now, WasGood = false }
            : this;
}

/// <summary>One target of a probe: its samples in a row, when it last answered and since when it does so without a break.</summary>
public sealed record TargetTally
{
    private const int Most = 1000;

    public int Misses { get; init; }
    public int Goods { get; init; }
    public TimeSpan? LastGood { get; init; }
    public TimeSpan? GoodSince { get; init; }

    public TargetTally Fold(Input.ProbeSampled sample) => sample.Result switch
    {
        SampleResult.Good => new() { Goods = Math.Min(Goods + 1, Most), LastGood = sample.At, GoodSince = GoodSince ?? sample.At },
        SampleResult.Bad => this with { Goods = 0, Misses = Math.Min(Misses + 1, Most), GoodSince = null },
        _ => this,
    };
}
