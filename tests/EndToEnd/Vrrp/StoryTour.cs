using System.Globalization;
using Lab;
using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>By itself, after all others: these stories are about milliseconds.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneTour : ICollectionFixture<StoryTour>
{
    public const string Name = "stories of keepalived";
}

/// <summary>
/// Plays all chosen stories, several at once, from the moment it is made. Without a word from outside: each once at 100 ms and a few at 1 s.
/// <c>STORIES=all</c>, or names with commas: at both intervals, <c>STORIES_RUNS</c> (5) times, and their medians are written down for the
/// tests that have no daemons (tests/Simulation/Stories/measured.txt).
/// </summary>
public sealed class StoryTour : IAsyncLifetime
{
    /// <summary>Two processors carry so many without disturbing an election: together they keep a tenth of one busy.</summary>
    private const int Beside = 10;

    private const int MostRuns = 100;

    /// <summary>One of each kind at the interval at which a mistake costs seconds.</summary>
    private static readonly string[] AlsoSlow =
    [
        "fence", "unfence-preempts", "fence-then-raise", "fence-then-raise-at-once", "fence-then-same-at-once", "yield", "cycle-unfence", "plug-base",
        "split-heal", "kill-child-static", "three-close", "start-state-master",
    ];

    private static readonly string Asked = Environment.GetEnvironmentVariable("STORIES") ?? "";

    private readonly Dictionary<(string, TimeSpan), Task<IReadOnlyList<Outcome>>> _plays = [];
    private Segments? _segments;

    /// <summary>Whether this run measures rather than checks.</summary>
    public static bool Measures => Asked.Length > 0;

    public static TimeSpan Slow { get; } = TimeSpan.FromSeconds(1);

    public static TimeSpan Fast { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The slow ones first: they would be waited for in the end.</summary>
    internal static IReadOnlyList<(Story Story, TimeSpan Advert)> Chosen { get; } =
        [.. from advert in new[] { Slow, Fast } from story in All() where story.Fits(advert) && IsAsked(story, advert) select (story, advert)];

    private static int Runs =>
        int.TryParse(Environment.GetEnvironmentVariable("STORIES_RUNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Clamp(n, 1, MostRuns)
        : Measures ? 5 : 1;

    private static string Folder => Path.Combine(LabPaths.Find().Home, "..", "..", "tests", "Simulation", "Stories");

    public async ValueTask InitializeAsync()
    {
        _segments = await Segments.Build(Beside);
        foreach (var (story, advert) in Chosen) _plays[(story.Name, advert)] = Play(story, advert, Runs);
    }

    /// <summary>How the story ended, each time it was played.</summary>
    internal Task<IReadOnlyList<Outcome>> Outcomes(Story story, TimeSpan advert) => _plays[(story.Name, advert)];

    /// <summary>Once more, for a story that a busy machine may have disturbed.</summary>
    internal Task<IReadOnlyList<Outcome>> Again(Story story, TimeSpan advert, int runs) => Play(story, advert, runs);

    public async ValueTask DisposeAsync()
    {
        if (_segments is not null) await _segments.DisposeAsync();
        if (Measures) WriteDown();
    }

    private static bool IsAsked(Story story, TimeSpan advert) =>
        Asked == "all" || (Measures ? Asked.Split(',').Contains(story.Name) : advert == Fast || AlsoSlow.Contains(story.Name));

    private static IReadOnlyList<Story> All()
    {
        var file = StoryFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Stories", "keepalived.txt")));
        return file.Errors.IsEmpty ? file.Stories : throw new FormatException("keepalived.txt: " + string.Join("; ", file.Errors));
    }

    private async Task<IReadOnlyList<Outcome>> Play(Story story, TimeSpan advert, int runs) =>
        await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => _segments!.Play(story, advert)));

    /// <summary>What was measured now replaces what stands there, in the order of the stories.</summary>
    private void WriteDown()
    {
        var file = Path.Combine(Folder, "measured.txt");
        var now = _plays.Where(p => p.Value.IsCompletedSuccessfully).Select(p => Measured.Of(p.Key.Item1, p.Key.Item2, p.Value.Result));
        var before = File.Exists(file) ? Measured.Parse(File.ReadAllText(file)) : [];
        var known = before.Concat(now).ToLookup(m => (m.Story, m.Advert));
        var all = from story in All() from advert in new[] { Slow, Fast } where story.Fits(advert) select known[(story.Name, advert)].LastOrDefault();
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var remark = $"keepalived 2.2.7, {Environment.ProcessorCount} processors, {Beside} stories beside each other, load average {load} at the end";
        File.WriteAllText(file, Measured.Format(all.OfType<Measured>(), remark));
    }
}
