using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Arbiter.Core;
using Arbiter.History;
using Arbiter.Hosting;
using Arbiter.Tests.Quorum;

namespace Arbiter.Tests.History;

/// <summary>The streams on real Redis servers.</summary>
[Trait("tier", "integration")]
public sealed class RedisHistoryTests
{
    private const string Stream = "vip:chengdu:history:web";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_away_loses_nothing_for_others_and_gets_it_when_it_is_back()
    {
        await using var redis = await RedisServers.Start(3);
        var servers = Connect(redis);
        await using var shelf = new Shelf(servers);
        await shelf.History.StartAsync(Stop);
        shelf.Record(Shelf.Role(1), Shelf.Role(2));
        foreach (var server in servers) await Shelf.Holds(server, 2);

        await redis[2].Kill();
        shelf.Record(Shelf.Role(3), Shelf.Decision(4, 4, "lb1", "lb2", "failover: gone"));
        await Shelf.Holds(servers[0], 4);
        var page = await shelf.Until(p => p.Entries.Length == 4 && p.Answered == 2 && p.Sources[2].State == "unreachable");
        Assert.Equal([4L, 3L, 2L, 1L], page.Entries.Select(e => e.Event.Number));

        // without persistence: it comes back empty, and the leader gives it all it has
        await redis[2].Start();
        await Shelf.Holds(servers[2], 4);
        shelf.Record(Shelf.Role(5));
        foreach (var server in servers) await Shelf.Holds(server, 5);
        Assert.Equal("ok", (await shelf.Until(p => p.Answered == 3)).Sources[2].State);
    }

    [Fact]
    public async Task The_same_entry_twice_is_there_once_and_an_older_one_is_not_taken()
    {
        await using var redis = await RedisServers.Start(1);
        var one = Connect(redis)[0];
        await Shelf.Holds(one, 0);
        Assert.True(await one.Append(Stream, HistoryTests.Stored(Shelf.Role(5)), 100, Stop));
        Assert.False(await one.Append(Stream, HistoryTests.Stored(Shelf.Role(5)), 100, Stop));
        Assert.False(await one.Append(Stream, HistoryTests.Stored(Shelf.Role(4)), 100, Stop));
        Assert.True(await one.Append(Stream, HistoryTests.Stored(Shelf.Role(1, generation: Shelf.Generation + 1)) with { Detail = "{\"v\":1}" }, 100, Stop));
        var all = await one.Below(Stream, null, 10, Stop);
        Assert.Equal([(Shelf.Generation + 1, 1L), (Shelf.Generation, 5L)], all.Select(e => (e.Place.Generation, e.Place.Number)));
        Assert.Equal(["{\"v\":1}", null], all.Select(e => e.Detail));
        Assert.Equal(5, Assert.Single(await one.Below(Stream, all[0].Place, 10, Stop)).Place.Number);
        Assert.Equal(1, await one.TrimBefore(Stream, all[0].Place, Stop));
    }

    [Fact]
    public async Task Two_leaders_at_once_leave_each_event_once_in_order()
    {
        await using var redis = await RedisServers.Start(3);
        var servers = Connect(redis);
        await using var one = new Shelf(servers);
        await using var two = new Shelf(Connect(redis));
        await one.History.StartAsync(Stop);
        await two.History.StartAsync(Stop);
        for (var n = 1; n <= 60; n++)
        {
            one.Record(Shelf.Role(n));
            two.Record(Shelf.Role(n));
        }
        foreach (var server in servers)
        {
            await Shelf.Holds(server, 60);
            Assert.Equal(Enumerable.Range(1, 60).Reverse().Select(n => (long)n), await Shelf.Held(server));
        }
    }

    [Fact]
    public async Task The_documented_rights_suffice_and_without_them_it_is_named_once_and_the_ring_is_still_shown()
    {
        await using var redis = await RedisServers.Start(1);
        Assert.Equal("+OK", await redis[0].Say($"ACL SETUSER arbiter on >secret ~vip:chengdu:* {RedisRights.All}"));
        Assert.Equal("+OK", await redis[0].Say($"ACL SETUSER old on >secret ~vip:chengdu:* {RedisRights.Register}"));
        await using (var shelf = new Shelf(Connect(redis, "arbiter")))
        {
            await shelf.History.StartAsync(Stop);
            shelf.Record(Shelf.Role(1));
            await shelf.Until(p => p is { Answered: 1, Entries.Length: 1 } && p.Sources[0].State == "ok");
            Assert.Equal(0, await shelf.History.Trim(TimeSpan.FromDays(90), Stop));
            Assert.Equal("ok", (await shelf.Until(p => p.Answered == 1)).Sources[0].State);
        }
        await using var poor = new Shelf(Connect(redis, "old"));
        await poor.History.StartAsync(Stop);
        for (var n = 1; n <= 5; n++) poor.Record(Shelf.Role(n));
        var page = await poor.Until(p => p.Sources[0].State == "NOPERM");
        for (var again = 0; again < 5; again++) page = await poor.History.Read(Shelf.Web, null, 10, Stop);
        Assert.Equal((0, 5L), (page.Answered, poor.Register.Shown.Outbox.Last));
        await Events.Wait.Until(() => poor.Said.Any(l => l.Contains("NOPERM", StringComparison.Ordinal)), TimeSpan.FromSeconds(20));
        Assert.Single(poor.Said, l => l.Contains("NOPERM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_hangs_costs_its_deadline_and_no_more()
    {
        await using var redis = await RedisServers.Start(3);
        var servers = Connect(redis);
        await using var shelf = new Shelf(servers);
        foreach (var server in servers) await Shelf.Holds(server, 0);
        await servers[0].Append(Stream, HistoryTests.Stored(Shelf.Role(1)), 10, Stop);
        await redis[1].Freeze();
        var watch = Stopwatch.StartNew();
        var page = await shelf.History.Read(Shelf.Web, null, 10, Stop);
        Assert.Equal((2, 1), (page.Answered, page.Entries.Length));
        Assert.Equal("timeout", page.Sources[1].State);
        // a second is what it may think; the rest is what a busy machine takes
        Assert.InRange(watch.ElapsedMilliseconds, 900, 4000);
        await redis[1].Thaw();
    }

    [Fact]
    public async Task A_hundred_thousand_entries_are_paged_through_and_trimmed_in_a_bounded_time()
    {
        const int Count = 100_000;
        await using var redis = await RedisServers.Start(1);
        await Fill(redis[0].Address, Count);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Shelf.Utc.AddYears(1));
        var servers = Connect(redis);
        await Shelf.Holds(servers[0], 2000);
        await using var shelf = new Shelf(servers, time);
        var watch = Stopwatch.StartNew();
        var seen = 0;
        long slowest = 0;
        HistoryPlace? below = null;
        while (true)
        {
            var one = Stopwatch.StartNew();
            var page = await shelf.History.Read(Shelf.Web, below, 1000, Stop);
            slowest = Math.Max(slowest, one.ElapsedMilliseconds);
            seen += page.Entries.Length;
            if (page.Entries.Length < 1000) break;
            below = HistoryPlace.Of(page.Entries[^1].Event);
        }
        Assert.Equal(Count, seen);
        var all = watch.ElapsedMilliseconds;
        watch.Restart();
        Assert.Equal(Shelf.Role(17).Id, (await shelf.History.Find(Shelf.Role(17).Id, Stop))!.Event.Id);
        var found = watch.ElapsedMilliseconds;
        watch.Restart();
        // the events are a second apart: what is left is the newest 20 000 s and the border
        Assert.Equal(Count - 20_001, await shelf.History.Trim(TimeSpan.FromSeconds(20_000), Stop));
        TestContext.Current.SendDiagnosticMessage($"100 000 entries: {all} ms in pages of 1000, slowest page {slowest} ms; the oldest found by id {found} ms; trimmed {watch.ElapsedMilliseconds} ms");
        Assert.True(all < 30_000, $"{all} ms");
    }

    private static IStreamServer[] Connect(RedisServers redis, string? user = null) =>
        [.. redis.Addresses.Select(a => new RedisStreams(a, new RedisAccess(user, user is null ? null : "secret", false, TimeSpan.FromSeconds(1)), TimeProvider.System))];

    /// <summary>Through a plain socket, all commands at once.</summary>
    private static async Task Fill(string address, int count)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", int.Parse(address.Split(':')[1], CultureInfo.InvariantCulture));
        var stream = client.GetStream();
        var sending = Send(stream, count);
        using var reader = new StreamReader(stream, Encoding.ASCII, false, 1 << 16, leaveOpen: true);
        for (var n = 0; n < count; n++)
        {
            Assert.StartsWith("$", await reader.ReadLineAsync());
            await reader.ReadLineAsync();
        }
        await sending;
    }

    private static async Task Send(NetworkStream stream, int count)
    {
        var text = new StringBuilder();
        for (var n = 1; n <= count; n++)
        {
            string[] words = ["XADD", Stream, $"{Shelf.Generation}-{n}", "e", HistoryTests.Stored(Shelf.Role(n)).Body];
            text.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
            foreach (var word in words) text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
            if (text.Length < 1 << 16 && n < count) continue;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
            text.Clear();
        }
    }
}
