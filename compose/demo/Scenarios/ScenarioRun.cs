using System.Collections.Immutable;
using Demo.Panel;
using Demo.Running;
using World.Hosts;

namespace Demo.Scenarios;

/// <summary>Plays one scenario in an armed arena and measures what a client saw of it.</summary>
internal sealed class ScenarioRun(Arena arena, Scenario scenario)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <param name="within">For all of it, of the demo's time.</param>
    public async Task<ScenarioResult> Play(TimeSpan within, CancellationToken stopping)
    {
        var before = await arena.Picture();
        var (begun, told) = (arena.Time.Now, arena.Story.Now);
        var first = arena.Story.Lines is [.., var newest] ? newest.Number : 0;
        TimeSpan Left() => within - (arena.Time.Now - begun);

        var done = new List<TimeSpan> { before.At };
        string? missing = null;
        foreach (var step in scenario.Steps)
        {
            if (step is Step.Press or Step.Mend) done.Add((await arena.Picture()).At);
            missing = await Do(step, Left(), stopping);
            if (missing is not null) break;
        }
        await arena.Panel.Heal(stopping);
        var (mended, armed) = (arena.Time.Now, arena.Time.Now);
        if (missing is null) (missing, armed) = await arena.Converged(Left(), stopping);
        var after = await arena.Look();
        return Measure(before, [.. done], armed - mended, after.World, missing, [.. arena.Story.Lines.Where(l => l.Number > first)], told);
    }

    private async Task<string?> Do(Step step, TimeSpan left, CancellationToken stopping)
    {
        switch (step)
        {
            case Step.Press press:
                foreach (var id in press.Ids) await Set(id, true, stopping);
                return null;
            case Step.Mend { Ids: [] }:
                await arena.Panel.Heal(stopping);
                return null;
            case Step.Mend mend:
                foreach (var id in mend.Ids) await Set(id, false, stopping);
                return null;
            case Step.Wait wait:
                await Task.Delay(wait.For < left ? wait.For : left > TimeSpan.Zero ? left : TimeSpan.Zero, arena.Time, stopping);
                return null;
            case Step.Until until:
                return await Until(until, until.Most < left ? until.Most : left, stopping) is { } missing ? $"{until.What}: {missing}" : null;
            default:
                throw new InvalidOperationException($"nobody does {step.GetType().Name}");
        }
    }

    private async Task Set(string id, bool on, CancellationToken stopping)
    {
        if (await arena.Panel.Set(id, on, stopping) is null) throw new InvalidOperationException($"{scenario.Name} presses {id}, which is no fault");
    }

    private async Task<string?> Until(Step.Until until, TimeSpan most, CancellationToken stopping)
    {
        var begun = arena.Time.Now;
        while (true)
        {
            if (until.Missing(await arena.Look()) is not { } missing) return null;
            if (arena.Time.Now - begun >= most) return missing;
            await Task.Delay(s_look, arena.Time, stopping);
        }
    }

    private ScenarioResult Measure(
        WorldPicture before, ImmutableArray<TimeSpan> done, TimeSpan armed, WorldPicture after, string? missing, ImmutableArray<StoryLine> story, TimeSpan told)
    {
        ImmutableArray<GroupResult> groups = [.. after.Groups.Select(g =>
        {
            ImmutableArray<Outage> outages = [.. g.Outages.Where(o => o.From >= before.At)];
            return new GroupResult(
                g.Name.Value, g.Moves - before.Groups.First(b => b.Name == g.Name).Moves, outages.Length,
                Ms(outages.Select(o => o.Length(after.At)).DefaultIfEmpty().Max()),
                Ms(outages.Aggregate(TimeSpan.Zero, (sum, o) => sum + o.Length(after.At))),
                outages is [.., { Until: { } until } last] ? Ms(until - done.Last(d => d <= last.From)) : null,
                string.Join("+", g.Holders));
        })];
        return new ScenarioResult(
            scenario.Name, scenario.Sentence, missing, [.. scenario.Expect.SelectMany(e => Unmet(e, groups))], groups,
            missing is null ? Ms(armed) : null, Ms(after.At - before.At), [.. story.Select(l => new ToldLine(Ms(l.At - told), l.Who, l.Text, l.Tone.ToString().ToLowerInvariant()))]);
    }

    /// <summary>Each thing that is not as expected, in a sentence.</summary>
    internal static IEnumerable<string> Unmet(Expectation expected, ImmutableArray<GroupResult> groups)
    {
        if (groups.FirstOrDefault(g => g.Group == expected.Group) is not { } group)
        {
            yield return $"there is no group {expected.Group}";
            yield break;
        }
        if (group.Moves < expected.Moves.Least || group.Moves > expected.Moves.Most) yield return $"{group.Group} moved {group.Moves} times; expected {expected}";
        if (group.LongestOutageMs > expected.Longest.TotalMilliseconds) yield return $"{group.Group} was away for {group.LongestOutageMs:0.#} ms; expected {expected}";
        if (expected.Holder is { } holder && group.Holder != holder) yield return $"{group.Group} is on {group.Holder}; expected {expected}";
    }

    private static double Ms(TimeSpan span) => Math.Round(span.TotalMilliseconds, 1);
}
