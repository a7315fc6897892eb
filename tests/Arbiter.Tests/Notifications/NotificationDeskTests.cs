using System.Net;
using System.Text.Json;
using Arbiter.Cli;
using Arbiter.Core;
using Arbiter.Tests.Groups;
using Microsoft.AspNetCore.Http;

namespace Arbiter.Tests.Notifications;

/// <summary>The whole room: from the register's picture to a real receiver, back into the register, and what people see and ask of it.</summary>
public sealed class NotificationDeskTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FakeRegister Leading()
    {
        var register = new FakeRegister();
        register.Gain(1);
        return register;
    }

    [Fact]
    public async Task What_is_recorded_arrives_and_its_delivery_is_recorded()
    {
        await using var server = await HookServer.Start(200);
        await using var host = await NotifiedHost.Start(Leading(), null, ("ops", server.Url));
        await host.Progress("ops", _ => true);
        for (var i = 1; i <= 5; i++) host.Happen("web");
        await host.Progress("ops", p => p.Cursor == 5);
        Assert.Equal(["evt_web_1", "evt_web_2", "evt_web_3", "evt_web_4", "evt_web_5"], server.Got.Select(g => g.Id));
    }

    [Fact]
    public async Task A_replica_that_does_not_lead_sends_nothing_and_says_who_does()
    {
        await using var server = await HookServer.Start(200);
        var register = new FakeRegister();
        await using var host = await NotifiedHost.Start(register, null, ("ops", server.Url));
        register.Show(register.Shown with { Generation = 1, Term = 3, Outbox = Outbox.Empty with { Receivers = Outbox.Empty.Receivers.Add("ops", new ReceiverProgress(0, [], [], 0)) } });
        host.Happen("web");
        var (code, _, error) = await host.Cli("notifications", "test");
        Assert.Equal(Exit.Refused, code);
        Assert.Contains("Nobody leads at the moment", error);
        Assert.Equal(Exit.Refused, (await host.Cli("notifications", "redeliver", "evt_web_1")).Code);
        Assert.Empty(server.Got);
        // it leads, and the event is still due
        register.Gain(4);
        await host.Progress("ops", p => p.Cursor == 1);
        Assert.Single(server.Got);
    }

    [Fact]
    public async Task A_standby_passes_verbs_to_the_leader()
    {
        await using var server = await HookServer.Start(200);
        await using var leader = await NotifiedHost.Start(Leading(), null, ("ops", server.Url));
        await leader.Progress("ops", _ => true);
        await using var standby = await NotifiedHost.Start(new FakeRegister(), null, new PassingVerbs(leader), ("ops", server.Url));
        var (code, text, error) = await standby.Cli("notifications", "test", "--wait");
        Assert.Equal(("", Exit.Done), (error, code));
        Assert.Matches(@"ops +delivered +\d+ ms", text);
        Assert.Contains("Neither the register nor the history", (await standby.Cli("notifications", "redeliver", "evt_none")).Error);
        leader.Register.Show(leader.Register.Shown with { Leading = false });
        Assert.Contains("Nobody leads", (await standby.Cli("notifications", "redeliver", "evt_none")).Error);
    }

    [Fact]
    public async Task A_dead_letter_is_shown_and_sent_again_by_hand_also_from_the_history()
    {
        var history = new FakeHistory();
        var status = 400;
        await using var server = await HookServer.Start(http =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync("no such channel");
        });
        await using var host = await NotifiedHost.Start(Leading(), history, ("ops", server.Url));
        await host.Progress("ops", _ => true);
        history.Events[1] = host.Happen("web");
        await host.Progress("ops", p => p.DeadTotal == 1);
        Assert.Contains("it answered 400: no such channel", (await Shown(host, r => r.GetProperty("dead").GetArrayLength() == 1)).GetProperty("dead")[0].GetProperty("reason").GetString());
        var (_, text, _) = await host.Cli("notifications");
        Assert.Contains("dead evt_web_1", text);
        Assert.DoesNotContain("very-secret", text);

        status = 200;
        for (var i = 0; i < Outbox.MaxEvents; i++) host.Happen("web");
        Assert.False(host.Register.Shown.Outbox.Holds("evt_web_1"));
        var (code, said, _) = await host.Cli("notifications", "redeliver", "evt_web_1");
        Assert.Equal(Exit.Done, code);
        Assert.Contains("accepted", said);
        await foreach (var got in server.Arrived.Reader.ReadAllAsync(Stop))
            if (got.Id == "evt_web_1" && server.Got.Count(g => g.Id == "evt_web_1") == 2) break;
        // the next leader does not have it as dead either; that it was given up once stays counted
        Assert.Equal(1, (await host.Progress("ops", p => p.Dead.IsEmpty)).DeadTotal);
    }

    [Fact]
    public async Task Unknown_ids_and_receivers_are_refused_with_a_reason()
    {
        await using var server = await HookServer.Start(200);
        await using var host = await NotifiedHost.Start(Leading(), null, ("ops", server.Url));
        foreach (var (path, status) in new[] { ("evt_none/redeliver", 404), ("evt_none/redeliver?receiver=nobody", 404), ("a%20b/redeliver", 404), ("test?receiver=nobody", 404), ("test?receiver=%1b", 404) })
        {
            using var http = new HttpClient();
            using var answer = await http.PostAsync(new Uri($"{host.Url}/api/v1/notifications/{path}"), null, Stop);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
        Assert.Equal(Exit.Refused, (await host.Cli("notifications", "redeliver", "evt_none")).Code);
        Assert.Empty(server.Got);
    }

    [Fact]
    public async Task A_test_goes_to_each_receiver_once_and_tells_result_and_time()
    {
        await using var good = await HookServer.Start(200);
        await using var bad = await HookServer.Start(500);
        await using var host = await NotifiedHost.Start(Leading(), null, ("ops", good.Url), ("duty", bad.Url));
        await host.Progress("ops", _ => true);
        var (code, text, _) = await host.Cli("notifications", "test", "--wait");
        Assert.Equal(Exit.Failed, code);
        Assert.Matches(@"ops +delivered +\d+ ms  it answered 200", text);
        Assert.Matches(@"duty +failed +\d+ ms  it answered 500", text);
        Assert.Equal(Exit.Done, (await host.Cli("notifications", "test", "--wait", "--receiver", "ops")).Code);
        Assert.Contains("\"type\":\"test\"", good.Got.First().Body);
        Assert.Contains("\"recorded\":false", good.Got.First().Body);
        Assert.Single(bad.Got);
        // nothing of it is in the register
        Assert.Equal(0, host.Register.Shown.Outbox.Last);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_ask_for_anything()
    {
        await using var server = await HookServer.Start(200);
        await using var host = await NotifiedHost.Start(Leading(), null, ("ops", server.Url));
        using var http = new HttpClient();
        foreach (var (header, value) in new[] { ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Origin", "null") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{host.Url}/api/v1/notifications/test") { Headers = { { header, value } } };
            using var answer = await http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
        Assert.Empty(server.Got);
    }

    [Fact]
    public async Task A_receiver_that_hangs_keeps_nobody_else_waiting()
    {
        await using var hung = await HookServer.Start(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var good = await HookServer.Start(200);
        await using var host = await NotifiedHost.Start(Leading(), null, ("ops", hung.Url), ("duty", good.Url));
        await host.Progress("ops", _ => true);
        for (var i = 0; i < 20; i++) host.Happen($"g{i}");
        await host.Progress("duty", p => p.Cursor == 20);
        Assert.Equal(20, good.Got.Count);
        Assert.Equal(0, host.Register.Shown.Outbox.Receivers["ops"].Cursor);
    }

    /// <summary>The view is renewed by the next turn of the loop, so it is asked until it says so.</summary>
    private static async Task<JsonElement> Shown(NotifiedHost host, Func<JsonElement, bool> until)
    {
        using var http = new HttpClient();
        while (true)
        {
            var receiver = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{host.Url}/api/v1/notifications"), Stop)).RootElement.GetProperty("receivers")[0];
            if (until(receiver)) return receiver;
            await Task.Delay(20, Stop);
        }
    }
}
