using System.Globalization;
using System.Text.RegularExpressions;
using Browser.Stand;
using Microsoft.Playwright;

namespace Browser.Live;

/// <summary>The whole demo, clicked through as a visitor does.</summary>
public sealed partial class DemoTests(Chrome chrome, DemoProcess demo)
{
    private const float Long = 30_000;

    [Fact]
    public async Task Two_clicks_show_a_failover_and_one_more_mends_it()
    {
        await using var window = await Armed();
        var before = await Holder(window, "web");
        var button = window.Page.GetByRole(AriaRole.Button, new() { Name = $"Kill haproxy {before}", Exact = true });
        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");

        await window.Until("before => { const vips = [...document.querySelectorAll('.world[data-group=web] .vip:not([hidden])')]; return vips.length === 1 && vips[0].closest('li').dataset.node !== before; }", before);
        var after = await Holder(window, "web");
        await Assertions.Expect(window.World("web").Locator($"[data-node={before}]")).ToContainTextAsync("haproxy dead");
        var story = await Chapter(window, $"killed haproxy of {before}", $"web is served again by {after}");
        Assert.Contains($"{before}", story[1], StringComparison.Ordinal);
        await window.Until("() => document.querySelector('.world[data-group=web] .away').textContent.startsWith('was away for')");
        var away = AwayMs().Match(await window.World("web").Locator(".away strong").InnerTextAsync());
        Assert.True(away.Success, "the outage is not given in milliseconds");
        Assert.InRange(double.Parse(away.Groups[1].Value, CultureInfo.InvariantCulture), 0, 1000);

        // the production status page says the same
        var status = window.Page.GetByRole(AriaRole.Main).GetByLabel("Group web");
        await Assertions.Expect(status.Locator(".who div", new() { HasText = "MASTER (observed)" }).Locator("strong")).ToHaveTextAsync(after);
        await Assertions.Expect(status.Locator(".who div", new() { HasText = "Holder (recorded)" }).Locator("strong")).ToHaveTextAsync(after);
        await window.Until("() => document.querySelector('#story').textContent.includes('web: recorded')");
        await window.Page.EvaluateAsync("() => scrollTo(0, 0)");
        await Shots.Take(window, "demo.png");

        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        await Assertions.Expect(window.Story).ToContainTextAsync($"started haproxy of {before} again");
        await Well(window);
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task With_all_gateways_cut_nothing_moves_and_the_story_says_why()
    {
        await using var window = await Armed();
        var before = await Holder(window, "web");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Cut all gateways" }).ClickAsync();
        await Assertions.Expect(window.World("web").Locator("li.ill")).ToHaveCountAsync(3);
        await Assertions.Expect(window.World("web")).ToContainTextAsync("no gateway");
        await Chapter(window, "cut every node off from the gateway", "nothing is moved");
        Assert.Equal(before, await Holder(window, "web"));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Mend everything" }).ClickAsync();
        await Assertions.Expect(window.World("web").Locator("li.ill")).ToHaveCountAsync(0);
        await Well(window);
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task A_paused_leader_is_replaced_and_the_page_goes_on_through_the_other_replica()
    {
        await using var window = await Armed();
        var replica = window.Page.Locator(".facts div", new() { HasText = "This replica" }).Locator("dd");
        var paused = (await replica.InnerTextAsync()).Split(' ')[0];
        await window.Fault("pause-leader").ClickAsync();
        await Assertions.Expect(window.Story).ToContainTextAsync("paused the leading arbiter");
        await Assertions.Expect(replica).Not.ToContainTextAsync(paused, new() { Timeout = 3000 });
        await Assertions.Expect(window.Page.Locator("#lost")).ToBeHiddenAsync();
        await Assertions.Expect(replica).ToContainTextAsync("leading", new() { Timeout = Long });
        // what is broken stays broken, and shows, for whoever opens the page now
        await using var second = await chrome.Open(await demo.Address(), 390, 844, ColorScheme.Dark, touch: true);
        await Assertions.Expect(second.Fault("pause-leader")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(second.Story).ToContainTextAsync("paused the leading arbiter");
        Assert.Equal(390, await second.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await second.Fault("pause-leader").ClickAsync();
        await Assertions.Expect(window.Fault("pause-leader")).ToHaveAttributeAsync("aria-pressed", "false");
        await Well(window);
        Assert.Equal([], window.Errors);
        Assert.Equal([], second.Errors);
    }

    [Fact]
    public async Task Every_fault_has_its_button_and_its_help_has_room()
    {
        await using var window = await Armed();
        var buttons = window.Page.Locator("[data-fault]");
        Assert.True(await buttons.CountAsync() >= 20);
        var cut = new List<string>();
        for (var i = 0; i < await buttons.CountAsync(); i++)
        {
            await buttons.Nth(i).FocusAsync();
            if (await window.Page.Locator("#help").EvaluateAsync<bool>("h => h.scrollHeight > h.clientHeight + 1")) cut.Add(await window.Page.Locator("#help").InnerTextAsync());
        }
        Assert.Empty(cut);
        foreach (var part in new[] { "#story", "[data-fault='kill-haproxy/lb1']", "[data-fault='stop-arbiters']", ".world[data-group=api]", ".banner" })
            await Assertions.Expect(window.Page.Locator(part)).ToBeInViewportAsync();
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task The_status_page_is_there_whole()
    {
        await using var window = await Armed(1680, 1000);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main).Locator("article.member")).ToHaveCountAsync(6);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main).GetByLabel("Quorum")).ToContainTextAsync("redis3");
        await Shots.Take(window, "status-page.png", window.Page.GetByRole(AriaRole.Main));
        Assert.Equal([], window.Errors);
    }

    /// <summary>A window at the demo when all is mended and well, by the page's own words.</summary>
    private async Task<Window> Armed(int width = 1280, int height = 800)
    {
        var window = await chrome.Open(await demo.Address(), width, height);
        await window.Page.Locator("#mend").ClickAsync();
        await Well(window);
        return window;
    }

    private static async Task Well(Window window)
    {
        await Assertions.Expect(window.Page.Locator("#intro")).ToHaveTextAsync("What clients see of three simulated hosts", new() { Timeout = Long });
        await Assertions.Expect(window.Page.Locator(".banner .word")).ToHaveTextAsync("All well", new() { Timeout = Long });
        await Assertions.Expect(window.Page.Locator(".vip:visible")).ToHaveCountAsync(2);
        await Assertions.Expect(window.Page.Locator(".unserved")).ToHaveCountAsync(0);
    }

    private static async Task<string> Holder(Window window, string group) =>
        await window.World(group).Locator("li", new() { Has = window.Page.Locator(".vip:visible") }).GetAttributeAsync("data-node") ?? "nobody";

    /// <summary>The lines of the story from one that holds the first text to one that holds the second, once it is told.</summary>
    private static async Task<string[]> Chapter(Window window, string first, string last)
    {
        const string told = """
            ([first, last]) => {
              const all = [...document.querySelectorAll('#story li')].map(l => l.textContent);
              const from = all.findLastIndex(l => l.includes(first)), to = from < 0 ? -1 : all.findIndex((l, i) => i > from && l.includes(last));
              return to < 0 ? null : all.slice(from, to + 1);
            }
            """;
        var found = await window.Page.WaitForFunctionAsync(told, new[] { first, last }, new PageWaitForFunctionOptions { PollingInterval = 50 });
        return await found.JsonValueAsync<string[]>();
    }

    [GeneratedRegex(@"^([\d.]+) ms$")]
    private static partial Regex AwayMs();
}
