using Lab.Measuring;
using World.Stories;

namespace EndToEnd.Vrrp;

public sealed class KeepalivedStories
{
    [Fact]
    public async Task Tour()
    {
        var want = Environment.GetEnvironmentVariable("STORIES") ?? "";
        var runs = int.Parse(Environment.GetEnvironmentVariable("STORIES_RUNS") ?? "1");
        var ms = int.Parse(Environment.GetEnvironmentVariable("STORIES_ADVERT") ?? "100");
        var advert = TimeSpan.FromMilliseconds(ms);
        var file = StoryFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Stories", "keepalived.txt")));
        Assert.Empty(file.Errors);
        var stories = file.Stories.Where(s => s.Fits(advert) && (want == "" || want.Split(',').Contains(s.Name))).ToList();
        await using var segments = await Segments.Build(6);
        var all = stories.Select(s => (s, Enumerable.Range(0, runs).Select(async _ =>
        {
            try { return (object)await segments.Play(s, advert); } catch (Exception e) { return e; }
        }).ToList())).ToList();
        foreach (var (s, plays) in all)
        {
            var done = await Task.WhenAll(plays);
            foreach (var bad in done.OfType<Exception>()) Console.WriteLine($"{s.Name} FAILED {bad.Message}");
            var good = done.OfType<Outcome>().ToList();
            if (good.Count == 0) continue;
            var m = Measured.Of(s.Name, advert, good);
            Console.Write(Measured.Format([m], "").Split('\n')[2] + (m.Median.Holders.SequenceEqual(s.Ends) ? "" : "   ENDS OTHERWISE") + "\n");
        }
    }
}
