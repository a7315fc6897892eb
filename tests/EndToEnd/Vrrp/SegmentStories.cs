using Lab.Hosts;
using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>What the stories stand on: a segment comes up clean after any story and leaves nothing behind.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SegmentStories
{
    private const string Name = "segments of keepalived";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly NodeSetup[] Pair = [new("lb1", 254), new("lb2", 253)];

    [Fact]
    public async Task A_story_finds_nothing_of_the_one_before()
    {
        await using var segment = await Segment.Build();
        var first = new RealStage(segment);
        await first.Begin([.. Pair], StoryTour.Fast);
        await first.Act(new StoryStep.Fence("lb1", 1));
        Assert.True(await first.UntilMaster("lb2", Soon));
        await first.Act(new StoryStep.Partition("lb1", "lb2", true));
        await first.Act(new StoryStep.Cable("lb1", false));
        await first.Act(new StoryStep.Freeze("lb2", true));

        var second = new RealStage(segment);
        await second.Begin([.. Pair], StoryTour.Fast);
        Assert.True(await second.UntilMaster("lb1", Soon), second.Logs());
    }

    [Fact]
    public async Task A_segment_takes_its_processes_with_it()
    {
        var segment = await Segment.Build();
        await new RealStage(segment).Begin([.. Pair], StoryTour.Fast);
        var hosts = Segment.Names.Select(n => segment.Node(n).Host).ToList();
        var processes = hosts.SelectMany(h => HostProcesses.Find(h, null).Append(h.Init)).ToList();
        Assert.True(processes.Count >= 7, $"two keepalived of two processes each and three shells, found {processes.Count}");
        await segment.DisposeAsync();
        Assert.True(await HostProcesses.Gone(processes, Soon));
    }
}
