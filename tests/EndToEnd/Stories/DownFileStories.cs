using EndToEnd.Stage;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>The drift test of the classic tutorial, steered by the down file: haproxy stops on the holder while a client asks in a loop.</summary>
[Collection(OneDownFileLab.Name)]
public sealed class DownFileStories(DownFileLab lab, ITestOutputHelper output) : Story(lab, output)
{
    /// <summary>fall 2 at an interval of 1 s, three adverts of 1 s and a skew of 0.92 s make 6 s; the rest is for a busy machine.</summary>
    private const double OutageMs = 8000;
    private static readonly TimeSpan s_move = TimeSpan.FromSeconds(12);
    /// <summary>rise 5, three adverts and the skew: after that a script alone would have moved the VIP back.</summary>
    private static readonly TimeSpan s_failback = TimeSpan.FromSeconds(12);
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("E2E_ROUNDS"), out var rounds) ? Math.Clamp(rounds, 1, 20) : 1;

    [Fact]
    public async Task The_drift_test_moves_the_VIP_once_it_does_not_come_back_by_itself_and_the_other_way_works_too()
    {
        Assert.Equal("lb1", await Scene.Calm());
        List<double> away = [], back = [];
        for (var round = 1; round <= Rounds; round++)
        {
            away.Add(await Drift("lb1", $"round {round}"));
            back.Add(await Drift("lb2", $"round {round}"));
        }
        Scene.Figures.Milliseconds("down file: haproxy stopped on lb1 (100), outage", away);
        Scene.Figures.Milliseconds("down file: haproxy stopped on lb2 (80), outage", back);
    }

    /// <summary>The drift test moves the VIP back and forth, too: only with <c>E2E_ALL=1</c>.</summary>
    [Fact]
    [Trait("tier", "long")]
    public async Task A_restarted_keepalived_with_the_higher_base_does_not_take_the_VIP_back()
    {
        Assert.Equal("lb1", await Scene.Calm());
        var struck = Now;
        await ServiceTable.Keepalived.Stop(Scene.Host("lb1"));
        await Scene.Until(() => Scene.Holds("lb2"), s_move, "lb2 takes the VIP");
        Assert.True(HasFile("lb1"));
        await Scene.Start(ServiceTable.Keepalived, "lb1");
        await Task.Delay(s_failback);
        Assert.Equal("lb2", await Scene.Rearmed());
        var seen = await Scene.SeenSince(struck, "lb1");
        Moved(seen, OutageMs, "keepalived of lb1 stopped and started");
        Scene.Figures.Milliseconds("down file: keepalived stopped on lb1, outage", seen.Outage.Milliseconds);
        await Drift("lb2", "home again");
    }

    /// <summary>More than a minute, and no other code than the two above: only with <c>E2E_ALL=1</c>.</summary>
    [Fact]
    [Trait("tier", "long")]
    public async Task With_the_script_on_the_MASTER_only_as_in_the_tutorial_the_way_back_waits_for_the_recorded_holder_to_drop_its_file()
    {
        Assert.Equal("lb1", await Scene.Calm());
        await Configure("lb2", DownFileConf.Classic(Scene.Lab.Paths, "lb2"));
        try
        {
            var there = await Drift("lb1", "script on lb1 only");
            // lb2's file is there and nothing looks at it: lb1 is recorded, waits for a move in vain, drops its own file, rises, and is elected
            var struck = Now;
            await ServiceTable.Haproxy.Stop(Scene.Host("lb2"));
            await Scene.Until(() => Scene.Holds("lb1"), TimeSpan.FromSeconds(30), "lb1 takes the VIP");
            await Task.Delay(TimeSpan.FromSeconds(1));
            await Scene.Start(ServiceTable.Haproxy, "lb2");
            Assert.Equal("lb1", await Scene.Rearmed());
            var seen = await Scene.SeenSince(struck, "lb2");
            Moved(seen, 25_000, "haproxy stopped on lb2, which has no script");
            Scene.Figures.Milliseconds("down file, script on lb1 only: haproxy stopped on lb1, outage", there);
            Scene.Figures.Milliseconds("down file, script on lb1 only: haproxy stopped on lb2, outage", seen.Outage.Milliseconds);
        }
        finally
        {
            await Configure("lb2", DownFileConf.Keepalived(Scene.Lab.Paths, "lb2"));
        }
    }

    private async Task Configure(string host, string keepalived)
    {
        Scene.Host(host).Write(Keepalived.Configuration, keepalived);
        await ServiceTable.Keepalived.Stop(Scene.Host(host));
        await Scene.Start(ServiceTable.Keepalived, host);
        await Scene.Rearmed();
    }

    /// <returns>The outage in ms.</returns>
    private async Task<double> Drift(string holder, string what)
    {
        var other = Scene.Other(holder);
        Assert.False(HasFile(holder));
        var struck = Now;
        await ServiceTable.Haproxy.Stop(Scene.Host(holder));
        await Scene.Until(() => HasFile(holder), TimeSpan.FromSeconds(5), $"the down file of {holder} is there");
        await Scene.Until(() => Scene.Holds(other), s_move, $"{other} takes the VIP");
        await Task.Delay(TimeSpan.FromSeconds(1));

        await Scene.Start(ServiceTable.Haproxy, holder);
        await Task.Delay(s_failback);
        Assert.Equal(other, await Scene.Rearmed());
        // the higher base waits with its file, the lower one without
        Assert.Equal(holder == "lb1", HasFile(holder));
        Assert.False(HasFile(other));
        var seen = await Scene.SeenSince(struck, holder);
        Moved(seen, OutageMs, $"haproxy stopped on {holder}, started again, until armed ({what})");
        Assert.True(seen.Outage.Milliseconds > 0, "the client saw nothing: was it asking at all?");
        return seen.Outage.Milliseconds;
    }

    private bool HasFile(string host) => File.Exists(Scene.Host(host).Path(DownFileConf.DownFile));
}
