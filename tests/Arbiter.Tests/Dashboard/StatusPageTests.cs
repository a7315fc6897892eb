using System.Text.RegularExpressions;
using Arbiter.Core;
using Arbiter.Dashboard;
using Arbiter.Quorum;
using Arbiter.Tests.Api;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Dashboard;

public sealed class StatusPageTests
{
    private const string Hostile = "\"><script>alert(1)</script><img src=x onerror='x'>";

    [Fact]
    public void Whatever_a_node_or_a_server_says_stays_text()
    {
        var page = StatusPage.Whole(Hurt());
        Assert.DoesNotContain("<script>alert", page);
        Assert.DoesNotContain("<img", page);
        Assert.Contains("&lt;script&gt;alert(1)", page);
        Assert.Equal(StatusPage.Whole(VerdictTests.View(Pictures.Healthy(), Pictures.Register())).Count(c => c == '<'), page.Count(c => c == '<'));
    }

    [Fact]
    public void The_page_asks_nothing_from_elsewhere_and_holds_no_inline_script_or_style()
    {
        var page = StatusPage.Whole(VerdictTests.View(Pictures.NoHolder(), Pictures.Register()));
        Assert.DoesNotMatch(@"(src|href)=""(https?:|//)", page);
        Assert.DoesNotMatch(@"\sstyle=|\son\w+=", page);
        Assert.Single(Regex.Matches(page, "<script"));
    }

    [Fact]
    public void The_first_thing_on_the_page_is_the_verdict()
    {
        var page = StatusPage.Whole(VerdictTests.View(Pictures.Failover(), Pictures.Register()));
        Assert.Matches(@"<main id=""status"">\s*<header class=""banner warning""[^>]*><p class=""word"">Attention</p>\s*<h1>web: lb2 holds", page);
    }

    [Theory]
    [InlineData(ProbeState.Up, false, "good", "answers")]
    [InlineData(ProbeState.Down, false, "bad", "no answer")]
    [InlineData(ProbeState.Unknown, false, "mild", "unknown")]
    [InlineData(ProbeState.Up, true, "mild", "unknown")]
    public void The_service_is_shown_as_the_other_node_sees_it(ProbeState state, bool silent, string tone, string word)
    {
        var healthy = Pictures.Healthy();
        var group = healthy.Groups[0];
        var seen = group.Members[1] with { Stale = silent, Reading = group.Members[1].Reading! with { Service = new ServiceReading(state, "status <503>", 4000, 1.5) } };
        var view = VerdictTests.View(healthy with { Groups = [group with { Members = [group.Members[0], seen] }] }, Pictures.Register());
        Assert.Equal((state.ToString().ToLowerInvariant(), "status <503>", 1.5), view.Groups[0].Members[1].Reading!.Service is { } s ? (s.State, s.Reason, s.LatencyMs) : default);
        Assert.Null(view.Groups[0].Members[0].Reading!.Service);
        var page = StatusPage.Whole(view);
        Assert.Contains($"<div title=\"status &lt;503&gt;\"><dt>service</dt><dd class=\"{tone}\">{word}</dd></div>", page);
        Assert.Single(Regex.Matches(page, "<dt>service</dt>"));
    }

    [Fact]
    public void A_silent_node_is_shown_as_unknown_and_not_as_what_it_last_said()
    {
        var page = StatusPage.Whole(VerdictTests.View(Pictures.Silent(), Pictures.Register()));
        Assert.DoesNotContain("role master", page);
        Assert.Contains("Silent. It last said MASTER", page);
        Assert.Contains("MASTER (observed)</span><strong class=\"mild\">unknown</strong>", page);
        Assert.DoesNotContain("dot up\"></span>up", page.Split("aria-label=\"Quorum\"")[0]);
    }

    [Fact]
    public async Task Page_script_style_and_icons_are_served()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        foreach (var (path, type) in new[] { ("/", "text/html"), ("/fragment", "text/html"), ("/assets/app.js", "text/javascript"), ("/assets/app.css", "text/css"), ("/assets/ok.svg", "image/svg+xml") })
        {
            using var answer = await host.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData(null, "never")]
    [InlineData(999L, "now")]
    [InlineData(59_999L, "59 s")]
    [InlineData(60_000L, "1 min")]
    [InlineData(7_300_000L, "2 h")]
    [InlineData(172_800_000L, "2 d")]
    public void An_age_is_said_in_the_largest_fitting_unit(long? ms, string text) => Assert.Equal(text, Say.Age(ms));

    private static Arbiter.Api.Overview Hurt()
    {
        var status = Pictures.Healthy();
        var group = status.Groups[0];
        var hurt = status with
        {
            Groups = [group with { Because = Hostile, Decision = Hostile, Assignment = Pictures.Held(Pictures.Lb1, 3, Hostile) }],
            Nodes = [.. status.Nodes.Select(n => n with { Event = Pictures.Event(n.Node, Pictures.Reading(VrrpRole.Master, SteeredRole.Holder, 254), haproxyReason: Hostile) })],
        };
        var register = Pictures.Register() with { Leader = Hostile, Reason = Hostile };
        return VerdictTests.View(hurt, register with { Acceptors = [.. register.Acceptors.Select(a => a with { Detail = Hostile })] });
    }
}
