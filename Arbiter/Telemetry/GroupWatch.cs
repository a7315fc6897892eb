using System.Collections.Concurrent;
using Arbiter.Core;
using Arbiter.Groups;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Telemetry;

/// <summary>
/// The newest state of each group, looked at when somebody asks: ages are counted to that moment, so what a group knew a while ago is stale
/// even when its own loop has stopped.
/// </summary>
internal sealed class GroupWatch(ProcessClock clock) : IStepWitness
{
    private sealed record Kept(GroupState State, TimeSpan At);

    private readonly ConcurrentDictionary<GroupName, Kept> _groups = new();
    private long _gapTicks;

    /// <summary>A group's state beside what may be said of it now.</summary>
    /// <param name="Live">False when its loop has not come round for 3 s: then nothing in it is of now.</param>
    public readonly record struct Sight(GroupState State, Facts Facts, bool Live);

    public TimeSpan Now => clock.Now;

    /// <summary>How long the last standstill of this process was.</summary>
    public TimeSpan Gap => new(Interlocked.Read(ref _gapTicks));

    public IEnumerable<Sight> Look()
    {
        var now = clock.Now;
        foreach (var (_, kept) in _groups.OrderBy(g => g.Key))
            yield return new Sight(kept.State, new Facts(kept.State, now), now - kept.At <= GroupRules.Suspect);
    }

    public void Saw(Input input, Step step)
    {
        _groups[step.State.Rules.Group] = new Kept(step.State, input.At);
        if (input is Input.WasAway away) Interlocked.Exchange(ref _gapTicks, away.Gap.Ticks);
    }
}
