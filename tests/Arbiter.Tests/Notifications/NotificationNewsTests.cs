using System.Collections.Immutable;
using System.Text.Json;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Notifications;
using Arbiter.Tests.Groups;
using Microsoft.Extensions.DependencyInjection;

namespace Arbiter.Tests.Notifications;

/// <summary>What the leader says of its receivers, and what another replica makes of it.</summary>
public sealed class NotificationNewsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FakeRegister Register(bool leading)
    {
        var register = new FakeRegister();
        register.Gain(1);
        if (!leading) register.Show(register.Shown with { Leading = false });
        return register;
    }

    private static Task<NotifiedHost> Host(FakeRegister register, IReplicaNews news, params (string, Uri)[] receivers) =>
        NotifiedHost.Start(register, (services, _) => services.AddSingleton(news), null, receivers);

    private static ReplicaNews Said(string json, bool known = true, double age = 3) =>
        new("arb1/cafe", 1, 1, 7, TimeSpan.FromSeconds(age), known, ImmutableSortedDictionary<string, string>.Empty.Add(NotificationNews.Topic, json));

    private static ReceiverStatus Status(string name, string detail = "connection refused") => new()
    {
        Name = name, Type = "webhook", Url = "https://a.example:443", State = "failing", Cursor = 4, Waiting = 2, OldestAge = TimeSpan.FromSeconds(10), OldestId = "evt_1",
        InFlight = 1, Failures = 3, NextIn = TimeSpan.FromSeconds(4), Last = new AttemptStatus(DateTimeOffset.UnixEpoch, "evt_1", "failed", detail), Delivered = 4, Failed = 3, DeadTotal = 9,
        Dead = [new DeadStatus(3, "evt_3", "no", DateTimeOffset.UnixEpoch, false)],
    };

    [Fact]
    public async Task A_standby_shows_how_the_receivers_of_the_leader_stand_and_how_old_that_is()
    {
        await using var good = await HookServer.Start(200);
        await using var bad = await HookServer.Start(500);
        var told = new FakeNews();
        await using var leader = await Host(Register(true), told, ("ops", good.Url), ("duty", bad.Url));
        await leader.Progress("ops", _ => true);
        leader.Happen("web");
        var json = await told.Until(j => NotificationNews.Read(j) is [{ Name: "ops", Delivered: 1 }, { Name: "duty", Failures: > 0 }]);
        Assert.DoesNotContain("very-secret", json);

        var heard = new FakeNews { Newest = Said(json) };
        var register = Register(false);
        register.Show(register.Shown with { Outbox = leader.Register.Shown.Outbox });
        await using var standby = await Host(register, heard, ("ops", good.Url), ("duty", bad.Url), ("mail", bad.Url));
        using var http = new HttpClient();
        var view = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{standby.Url}/api/v1/notifications"), Stop)).RootElement;
        Assert.False(view.GetProperty("sending").GetBoolean());
        Assert.Equal(("arb1/cafe", 3000L), (view.GetProperty("toldBy").GetProperty("leader").GetString(), view.GetProperty("toldBy").GetProperty("ageMs").GetInt64()));
        var receivers = view.GetProperty("receivers").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!);
        Assert.Equal(("good", 1L), (receivers["ops"].GetProperty("state").GetString(), receivers["ops"].GetProperty("delivered").GetInt64()));
        Assert.Contains("500", receivers["duty"].GetProperty("lastAttempt").GetProperty("detail").GetString());
        Assert.True(receivers["duty"].GetProperty("oldestAgeMs").GetInt64() >= 3000);
        // the leader has no such receiver
        Assert.Equal("standby", receivers["mail"].GetProperty("state").GetString());
        Assert.Contains("as arb1/cafe said 3.0 s ago", (await standby.Cli("notifications")).Out);

        heard.Newest = Said(json, known: false, age: 16);
        view = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{standby.Url}/api/v1/notifications"), Stop)).RootElement;
        Assert.Equal(JsonValueKind.Null, view.GetProperty("toldBy").ValueKind);
        Assert.All(view.GetProperty("receivers").EnumerateArray(), r => Assert.Equal("standby", r.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_replica_that_stops_leading_takes_its_word_back()
    {
        await using var good = await HookServer.Start(200);
        var told = new FakeNews();
        await using var host = await Host(Register(true), told, ("ops", good.Url));
        await told.Until(j => NotificationNews.Read(j) is { Length: 1 });
        host.Register.Show(host.Register.Shown with { Leading = false });
        await told.Until(j => j.Length == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("""[{"name":"ops"}]""")]
    [InlineData("""[{"name":"o\u001bps","type":"webhook","url":"x","state":"good","waiting":0,"inFlight":0,"failures":0,"delivered":0,"failed":0,"deadTotal":0,"dead":[],"cursor":null,"oldestAge":null,"oldestId":null,"nextIn":null,"last":null}]""")]
    public async Task What_is_no_word_of_a_leader_leaves_the_own_view(string json)
    {
        await using var good = await HookServer.Start(200);
        await using var standby = await Host(Register(false), new FakeNews { Newest = Said(json) }, ("ops", good.Url));
        Assert.Null(standby.Notifications.Status.Told);
        Assert.Equal("standby", Assert.Single(standby.Notifications.Status.Receivers).State);
    }

    [Fact]
    public async Task Ages_grow_with_the_news_and_never_overflow()
    {
        await using var good = await HookServer.Start(200);
        var heard = new FakeNews { Newest = Said(NotificationNews.Write([Status("ops"), Status("old") with { OldestAge = TimeSpan.MaxValue, NextIn = null }])) };
        await using var standby = await Host(Register(false), heard, ("ops", good.Url));
        var receivers = standby.Notifications.Status.Receivers;
        Assert.Equal((TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(1)), (receivers[0].OldestAge, receivers[0].NextIn));
        Assert.Empty(receivers[0].Dead);
        Assert.Equal("old", receivers[1].Name);
    }

    [Fact]
    public void As_many_receivers_as_there_may_be_fit_into_a_topic()
    {
        var most = ReceiverOptions.Most + 1;
        ImmutableArray<ReceiverStatus> many = [.. Enumerable.Range(0, most).Select(i =>
            Status(new string('a', 60) + i, new string('\u0001', 200)) with { Url = "https://" + new string('x', 255) + ":443", OldestId = new string('e', 300) })];
        var json = NotificationNews.Write(many);
        Assert.InRange(json.Length, 1, ReplicaNewsDesk.MaxTopic);
        Assert.Equal(most, NotificationNews.Read(json)!.Value.Length);
        Assert.NotNull(NotificationNews.Read(NotificationNews.Write([Status("ops")]))!.Value[0].Last);
    }

    [Fact]
    public async Task The_bus_is_a_receiver_beside_the_others_and_its_room_and_this_one_need_each_other()
    {
        await using var good = await HookServer.Start(200);
        await using var host = await NotifiedHost.Start(Register(true), (services, options) => services.AddEventPlane(options, inMemory: true), null, ("ops", good.Url));
        await host.Progress("vip-events", _ => true);
        host.Happen("web");
        await Task.WhenAll(host.Progress("vip-events", p => p.Cursor == 1), host.Progress("ops", p => p.Cursor == 1));
        Assert.Equal(["webhook", "bus"], host.Notifications.Status.Receivers.Select(r => r.Type));
        // the verbs of this room are known to the other
        Assert.Equal(VerbOutcome.Refused, (await host.Part<IVerbs>().Do(new VerbCall("notifications.none", "{}", "r1", "test"), Stop)).Outcome);
    }

    private sealed class FakeNews : IReplicaNews
    {
        private readonly System.Threading.Channels.Channel<string> _told = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public ReplicaNews? Newest { get; set; }

        public void Tell(string topic, string? json)
        {
            if (topic == NotificationNews.Topic) _told.Writer.TryWrite(json ?? "");
        }

        public async Task<string> Until(Func<string, bool> good)
        {
            using var most = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            most.CancelAfter(TimeSpan.FromSeconds(20));
            await foreach (var json in _told.Reader.ReadAllAsync(most.Token))
                if (good(json)) return json;
            throw new InvalidOperationException("nothing was told");
        }
    }
}
