using Arbiter.Core;
using Arbiter.History;
using Contracts.Vocabulary;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.History;

public sealed class HistoryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_recorded_event_goes_to_every_server_in_the_stream_of_its_group()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        await shelf.History.StartAsync(Stop);
        shelf.Record(Shelf.Leader(1), Shelf.Role(2), Shelf.Role(3, "mail"), Shelf.Role(4));
        foreach (var server in servers)
        {
            await Shelf.Holds(server, 2);
            await Shelf.Holds(server, 1, "vip:chengdu:history:mail");
            await Shelf.Holds(server, 1, "vip:chengdu:history:-");
        }
        var page = await shelf.Until(p => p.Entries.Length == 2);
        Assert.Equal([4L, 2L], page.Entries.Select(e => e.Event.Number));
        Assert.Equal(Shelf.Role(4), page.Entries[0].Event);
        Assert.Equal((3, 3), (page.Answered, page.Servers));
        Assert.Equal("arbiter1", Assert.Single((await shelf.History.ReadCluster(null, 10, Stop)).Entries).Event.To);
    }

    [Fact]
    public async Task A_follower_writes_nothing_and_reads_all()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        await shelf.History.StartAsync(Stop);
        await servers[1].Append("vip:chengdu:history:web", Stored(Shelf.Role(7)), 10, Stop);
        shelf.Register.Show(shelf.Register.Shown with { Generation = Shelf.Generation, Outbox = Outbox.Empty.Append(Shelf.Role(1), Shelf.Generation) });
        Assert.Equal(7, Assert.Single((await shelf.History.Read(Shelf.Web, null, 10, Stop)).Entries).Event.Number);
        Assert.Empty(await Shelf.Held(servers[0]));
    }

    [Fact]
    public async Task Gaps_on_each_server_are_filled_from_the_others_page_by_page()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        for (var n = 1; n <= 30; n++)
            await servers[n % 3].Append("vip:chengdu:history:web", Stored(Shelf.Role(n)), 1000, Stop);
        var seen = new List<long>();
        HistoryPlace? below = null;
        while (true)
        {
            var page = await shelf.History.Read(Shelf.Web, below, 7, Stop);
            seen.AddRange(page.Entries.Select(e => e.Event.Number));
            if (page.Entries.Length < 7) break;
            below = HistoryPlace.Of(page.Entries[^1].Event);
        }
        Assert.Equal(Enumerable.Range(1, 30).Reverse().Select(n => (long)n), seen);
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_gets_again_what_the_leader_still_has()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        await shelf.History.StartAsync(Stop);
        shelf.Record(Shelf.Role(1), Shelf.Role(2));
        await Shelf.Holds(servers[2], 2);
        var away = (InMemoryStreams)servers[2];
        away.Away = true;
        shelf.Record(Shelf.Role(3));
        await Shelf.Holds(servers[0], 3);
        Assert.Equal(2, (await shelf.Until(p => p.Entries.Length == 3)).Answered);
        away.Clear();
        away.Away = false;
        await Shelf.Holds(away, 3);
        await shelf.Until(p => p.Sources.All(s => s is { State: "ok", Missing: 0 }));
        Assert.Single(shelf.Log, l => l.Contains("redis3:6379: unreachable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_was_away_for_longer_than_the_leader_remembers_says_how_much_is_missing()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        await shelf.History.StartAsync(Stop);
        shelf.Record(Shelf.Role(1));
        await Shelf.Holds(servers[2], 1);
        var away = (InMemoryStreams)servers[2];
        away.Away = true;
        for (var n = 2; n <= HistoryTail.Most + 101; n++)
        {
            shelf.Record(Shelf.Role(n));
            // the others keep up
            if (n % 500 == 0) await Shelf.Holds(servers[0], n);
        }
        await Shelf.Holds(servers[0], HistoryTail.Most + 101);
        away.Away = false;
        await Shelf.Holds(away, HistoryTail.Most + 1);
        var page = await shelf.Until(p => p.Sources[2].State == "ok");
        Assert.Equal(100, page.Sources[2].Missing);
        Assert.Equal(1000, page.Entries.Length);
        Assert.True((await Shelf.Held(away)).SequenceEqual((await Shelf.Held(away)).OrderDescending()));
    }

    [Fact]
    public async Task Two_leaders_leave_each_event_once()
    {
        var servers = Shelf.Memory();
        await using var one = new Shelf(servers);
        await using var two = new Shelf(servers);
        await one.History.StartAsync(Stop);
        await two.History.StartAsync(Stop);
        var events = Enumerable.Range(1, 40).Select(n => Shelf.Role(n)).ToArray();
        foreach (var e in events)
        {
            one.Record(e);
            two.Record(e);
        }
        foreach (var server in servers)
        {
            await Shelf.Holds(server, 40);
            Assert.Equal(events.Reverse().Select(e => e.Number), await Shelf.Held(server));
        }
    }

    [Fact]
    public async Task The_ring_of_the_register_is_shown_when_no_server_answers()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        shelf.Record(Shelf.Role(1), Shelf.Role(2));
        foreach (var server in servers) ((InMemoryStreams)server).Away = true;
        var page = await shelf.History.Read(Shelf.Web, null, 10, Stop);
        Assert.Equal((0, 2), (page.Answered, page.Entries.Length));
    }

    [Fact]
    public async Task Events_are_found_by_number_over_all_groups_and_by_id()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        await shelf.History.StartAsync(Stop);
        shelf.Record(Shelf.Leader(1), Shelf.Role(2), Shelf.Decision(3, 4, "lb1", "lb2", "failover: gone"), Shelf.Role(4));
        await Shelf.Holds(servers[0], 3);
        Assert.Equal([1L, 2L, 3L], (await shelf.History.Find(Shelf.Generation, 1, 3, Stop)).Select(e => e.Number));
        Assert.Equal(3, (await shelf.History.Find($"evt_chengdu_web_{Shelf.Generation}_4_failover", Stop))!.Event.Number);
        Assert.Equal(1, (await shelf.History.Find(Shelf.Leader(1).Id, Stop))!.Event.Number);
        Assert.Equal(2, (await shelf.History.Find(Shelf.Role(2).Id, Stop))!.Event.Number);
        foreach (var none in new[] { "", "evt", "evt_", "evt_chengdu_web_9_9_failover", "evt_chengdu", new string('_', 500), "x_y_z" })
            Assert.Null(await shelf.History.Find(none, Stop));
    }

    [Fact]
    public async Task A_foreign_or_damaged_entry_is_left_out()
    {
        var servers = Shelf.Memory();
        await using var shelf = new Shelf(servers);
        foreach (var (number, body) in new[] { (1L, "{"), (2, "null"), (3, "{}"), (4, "[]"), (5, Stored(Shelf.Role(99)).Body), (6, Stored(Shelf.Role(6)).Body) })
            await servers[0].Append("vip:chengdu:history:web", new StreamEntry(new HistoryPlace(Shelf.Generation, number), body, "{"), 10, Stop);
        var entry = Assert.Single((await shelf.History.Read(Shelf.Web, null, 10, Stop)).Entries);
        Assert.Equal(6, entry.Event.Number);
    }

    [Fact]
    public async Task What_is_older_than_kept_is_removed_and_clocks_that_jumped_remove_nothing_else()
    {
        var now = Shelf.Utc.AddDays(200);
        var time = new FakeTimeProvider(now);
        var servers = Shelf.Memory(1);
        await using var shelf = new Shelf(servers, time);
        // old, old with a clock far ahead, old with a clock before the generation, old; young, young with a clock far behind, young
        DateTimeOffset[] times = [Shelf.Utc, now.AddYears(9), Shelf.Utc.AddYears(-9), Shelf.Utc.AddDays(10), now.AddDays(-80), Shelf.Utc.AddDays(2), now.AddDays(-1)];
        for (var n = 0; n < times.Length; n++)
            await servers[0].Append("vip:chengdu:history:web", Stored(Shelf.Role(n + 1, utc: times[n])), 100, Stop);
        for (var n = 1; n <= 7; n++)
            await servers[0].Append("vip:chengdu:outcome:web", new StreamEntry(new HistoryPlace(Shelf.Generation, n), "{}", null), 100, Stop);

        Assert.Equal(4, await shelf.History.Trim(TimeSpan.FromDays(90), Stop));
        Assert.Equal((long[])[7, 6, 5], (await Shelf.Held(servers[0])).ToArray());
        Assert.Equal((long[])[7, 6, 5], (await Shelf.Held(servers[0], "vip:chengdu:outcome:web")).ToArray());

        // this replica's own clock runs ten years ahead: age is counted from the newest event
        time.Advance(TimeSpan.FromDays(3650));
        Assert.Equal(0, await shelf.History.Trim(TimeSpan.FromDays(90), Stop));
    }

    [Theory]
    [InlineData("1-2", true)]
    [InlineData("1772334431000-64", true)]
    [InlineData("1", false)]
    [InlineData("-1-2", false)]
    [InlineData("1-2-3", false)]
    [InlineData("a-b", false)]
    [InlineData("", false)]
    [InlineData("99999999999999999999-1", false)]
    public void A_place_is_read_as_it_is_written(string text, bool good)
    {
        Assert.Equal(good, HistoryPlace.TryParse(text, out var place));
        if (good) Assert.Equal(text, place.ToString());
    }

    internal static StreamEntry Stored(RecordedEvent e) =>
        new(HistoryPlace.Of(e), System.Text.Json.JsonSerializer.Serialize(e, HistoryJson.Default.RecordedEvent), null);
}
