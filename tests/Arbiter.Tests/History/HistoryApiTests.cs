using System.Net;
using System.Text.Json;
using Arbiter.Api;
using Arbiter.Cli;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.History;
using Arbiter.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace Arbiter.Tests.History;

/// <summary>The paths and the commands over servers in memory.</summary>
public sealed class HistoryApiTests
{
    private const string Hostile = "<script>alert(1)</script>\e[31m";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task History_is_paged_newest_first_and_says_who_answered()
    {
        await using var host = await Host();
        var first = await Json(host, "/api/v1/groups/web/history?limit=2");
        Assert.Equal(["5", "4"], Numbers(first));
        Assert.Equal((3, 3), (first.GetProperty("answered").GetInt32(), first.GetProperty("servers").GetArrayLength()));
        Assert.Equal("ok", first.GetProperty("servers")[0].GetProperty("state").GetString());
        var second = await Json(host, $"/api/v1/groups/web/history?limit=2&before={first.GetProperty("next").GetString()}");
        Assert.Equal(["3", "2"], Numbers(second));
        var last = await Json(host, $"/api/v1/groups/web/history?limit=2&before={second.GetProperty("next").GetString()}");
        Assert.Empty(Numbers(last));
        Assert.Equal(JsonValueKind.Null, last.GetProperty("next").ValueKind);
        Assert.Equal(["1"], Numbers(await Json(host, "/api/v1/history")));
    }

    [Fact]
    public async Task A_decision_in_the_history_carries_what_became_of_it_and_explain_what_it_looked_at()
    {
        await using var host = await Host();
        var decision = (await Json(host, "/api/v1/groups/web/history")).GetProperty("entries")[1];
        Assert.True(decision.GetProperty("explained").GetBoolean());
        Assert.Equal(21, decision.GetProperty("outcome").GetProperty("recoveryMs").GetInt64());
        var explained = await Json(host, $"/api/v1/groups/web/explain?event={decision.GetProperty("id").GetString()}");
        Assert.Equal(JsonValueKind.Null, explained.GetProperty("now").ValueKind);
        Assert.Equal("failover", explained.GetProperty("detail").GetProperty("row").GetString());
        var now = await Json(host, "/api/v1/groups/web/explain");
        Assert.Equal("keep", now.GetProperty("now").GetProperty("row").GetString());
        Assert.Equal(4, now.GetProperty("event").GetProperty("epoch").GetInt64());
    }

    [Theory]
    [InlineData("/api/v1/groups/mail/history", 404, "There is no group 'mail'; known: web.")]
    [InlineData("/api/v1/groups/mail/explain", 404, "There is no group 'mail'; known: web.")]
    [InlineData("/api/v1/groups/web/explain?event=evt_none", 404, "No server has an event of that id")]
    [InlineData("/api/v1/groups/web/history?limit=0", 400, "'limit' is a number from 1 to 1000.")]
    [InlineData("/api/v1/groups/web/history?limit=x", 400, "'limit'")]
    [InlineData("/api/v1/groups/web/history?before=yesterday", 400, "'before'")]
    public async Task A_wrong_question_is_answered_with_a_problem(string path, int status, string detail)
    {
        await using var host = await Host();
        using var answer = await host.Http.GetAsync(path, Stop);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(detail, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task The_history_command_prints_aligned_lines_and_pages_by_itself()
    {
        await using var host = await Host();
        Assert.Equal(Exit.Done, await Run(host, "history", "web"));
        Assert.Equal("""
            2026-03-01 03:07:17.000  warning   role      lb1 BACKUP -> MASTER  keepalived of lb1 went from BACKUP to MASTER (5)
            2026-03-01 03:07:16.000  critical  decision  lb1 -> lb2            failover: haproxy is gone on lb1  (recovered in 21 ms)
            2026-03-01 03:07:15.000  warning   role      lb1 BACKUP -> MASTER  <script>alert(1)</script>?[31m
            2026-03-01 03:07:14.000  warning   role      lb1 BACKUP -> MASTER  keepalived of lb1 went from BACKUP to MASTER (2)

            """, _out.ToString());
        Assert.Empty(_error.ToString());
        Assert.Equal(Exit.Done, await Run(host, "history", "web", "--limit", "1", "--json"));
        Assert.Equal(["5"], Numbers(JsonDocument.Parse(_out.ToString()).RootElement));
        Assert.Equal(Exit.Done, await Run(host, "history"));
        Assert.Contains("leader", _out.ToString());
        Assert.Equal(Exit.Done, await Run(host, "history", "web", "--since", "1s"));
        Assert.Equal("nothing is recorded\n", _out.ToString());
    }

    [Fact]
    public async Task The_explain_command_tells_the_present_and_a_past_decision()
    {
        await using var host = await Host();
        Assert.Equal(Exit.Done, await Run(host, "explain", "web"));
        Assert.StartsWith("web is recorded on lb1, epoch 3.", _out.ToString());
        Assert.Contains("Last decision: lb1 -> lb2, epoch 4", _out.ToString());
        Assert.DoesNotContain('\e', _out.ToString());
        Assert.Equal(Exit.Done, await Run(host, "explain", "web", "--event", Shelf.Decision(4, 4, "lb1", "lb2", "failover: haproxy is gone on lb1").Id));
        Assert.StartsWith("Event: lb1 -> lb2, epoch 4", _out.ToString());
        Assert.Contains("Recovered 21 ms after the first sign.", _out.ToString());
        Assert.Contains("Because: lb2 took over as announced", _out.ToString());
        Assert.Equal(Exit.Done, await Run(host, "explain", "web", "--json"));
        Assert.Equal("keep", JsonDocument.Parse(_out.ToString()).RootElement.GetProperty("now").GetProperty("row").GetString());
    }

    [Fact]
    public async Task A_wrong_name_is_said_with_the_known_ones_and_a_wrong_option_is_exit_2()
    {
        await using var host = await Host();
        foreach (var command in new[] { "history", "explain" })
        {
            Assert.Equal(Exit.Failed, await Run(host, command, "mail"));
            Assert.Equal("arbiter: There is no group 'mail'; known: web.\n", _error.ToString());
            Assert.Equal(Exit.Usage, await Run(host, command, "../nodes"));
        }
        Assert.Equal(Exit.Usage, await Run(host, "history", "web", "--limit", "0"));
        Assert.Equal(Exit.Usage, await Run(host, "history", "web", "--since", "yesterday"));
        Assert.Equal(Exit.Usage, await Run(host, "explain"));
        Assert.Equal(Exit.Unreachable, await new Commands(null!, new Terminal(_out, _error, false), "http://127.0.0.1:1").Run(["history", "web"], Stop));
    }

    [Fact]
    public async Task Servers_that_do_not_answer_are_said_beside_what_the_others_have()
    {
        var servers = Shelf.Memory();
        await using var host = await Host(servers);
        ((InMemoryStreams)servers[1]).Away = true;
        Assert.Equal(Exit.Done, await Run(host, "history", "web"));
        Assert.Contains("2 of 3 servers answered", _error.ToString());
        Assert.Contains("history on redis2:6379: unreachable", _error.ToString());
        Assert.Equal(4, _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task The_page_shows_the_last_ten_events_of_a_group_and_no_markup_of_theirs()
    {
        var box = Outbox.Empty;
        for (var n = 1; n <= 14; n++) box = box.Append(Shelf.Role(n) with { Reason = n == 14 ? Hostile : $"number {n}" }, Shelf.Generation);
        box = box.Append(Shelf.Role(15, "mail"), Shelf.Generation);
        await using var host = await ApiHost.Start(Pictures.Healthy(), Pictures.Register() with { Outbox = box });
        var page = await host.Http.GetStringAsync("/", Stop);
        Assert.Contains("Last events (10)", page);
        Assert.DoesNotContain("<script>alert", page);
        Assert.Contains("&lt;script&gt;alert", page);
        Assert.Contains("number 5<", page);
        Assert.DoesNotContain("number 4<", page);
    }

    private static async Task<ApiHost> Host(IStreamServer[]? servers = null)
    {
        servers ??= Shelf.Memory();
        var decision = Shelf.Decision(4, 4, "lb1", "lb2", "failover: haproxy is gone on lb1");
        RecordedEvent[] events = [Shelf.Leader(1), Shelf.Role(2), Shelf.Role(3) with { Reason = Hostile }, decision, Shelf.Role(5)];
        var detail = Explaining.Of(Worlds(), new Decision("failover", "lb2 took over as announced", null, []), null, TimeSpan.FromSeconds(1000)) with { Row = "failover" };
        var outcome = new MoveOutcome { End = "complete", AtMs = 9, RecoveryMs = 21 };
        foreach (var e in events)
        {
            // each on one server only: the page is the union
            var server = servers[e.Number == 3 ? 0 : e.Number == 4 ? 0 : 2];
            var entry = HistoryTests.Stored(e) with { Detail = e == decision ? JsonSerializer.Serialize(detail, HistoryJson.Default.Explanation) : null };
            await server.Append(e.Group is null ? "vip:chengdu:history:-" : "vip:chengdu:history:web", entry, 100, Stop);
        }
        await servers[2].Append("vip:chengdu:outcome:web", new StreamEntry(HistoryPlace.Of(decision), JsonSerializer.Serialize(outcome, HistoryJson.Default.MoveOutcome), null), 100, Stop);
        var host = await ApiHost.Start(Pictures.Healthy(), servers: servers);
        var state = Worlds();
        host.Services.GetRequiredService<IStepWitness>().Saw(new Input.Tick(TimeSpan.Zero), new Step(state, state.Decision, []));
        return host;
    }

    private static GroupState Worlds()
    {
        var state = GroupState.Start(new GroupRules
        {
            Group = Shelf.Web,
            Members = [new Member(Pictures.Lb1, 100), new Member(Pictures.Lb2, 80)],
            Policy = new Contracts.Messages.GroupPolicy { OnControlPlaneLoss = default, OnIsolation = default, Brakes = true, Vips = [] },
        });
        return state with { Leading = true, Assignment = Pictures.Held(Pictures.Lb1), Decision = new Decision("keep", "lb1 holds", null, []) };
    }

    private static string[] Numbers(JsonElement view) => [.. view.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("place").GetString()!.Split('-')[1])];

    private static async Task<JsonElement> Json(ApiHost host, string path) => JsonDocument.Parse(await host.Http.GetStringAsync(path, Stop)).RootElement;

    private Task<int> Run(ApiHost host, params string[] arguments)
    {
        _out.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return new Commands(null!, new Terminal(_out, _error, colour: false), host.Http.BaseAddress!.ToString()).Run(arguments, Stop);
    }
}
