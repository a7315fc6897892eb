using System.Text.RegularExpressions;
using Browser.Stand;
using Microsoft.Playwright;

namespace Browser.Live;

/// <summary>The whole demo, clicked through as a visitor does.</summary>
[Collection(Visit.OneAtATime)]
public sealed partial class DemoTests(Chrome chrome, DemoProcess demo) : IClassFixture<DemoProcess>
{
    [Fact]
    public async Task With_all_gateways_cut_nothing_moves_and_the_story_says_why()
    {
        await using var window = await Armed();
        var before = await Visit.Holder(window, "web");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Cut all gateways" }).ClickAsync();
        await Assertions.Expect(window.World("web").Locator("li.ill")).ToHaveCountAsync(3);
        await Assertions.Expect(window.World("web")).ToContainTextAsync("no gateway");
        await Visit.Chapter(window, "cut every node off from the gateway", "nothing is moved");
        Assert.Equal(before, await Visit.Holder(window, "web"));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Mend everything" }).ClickAsync();
        await Assertions.Expect(window.World("web").Locator("li.ill")).ToHaveCountAsync(0);
        await Visit.Well(window);
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task A_paused_leader_is_replaced_and_the_page_goes_on_through_the_other_replica()
    {
        await using var window = await Armed();
        var replica = window.Page.Locator(".facts div", new() { HasText = "This replica" }).Locator("dd");
        await window.Fault("pause-leader").ClickAsync();
        await Assertions.Expect(window.Story).ToContainTextAsync("paused the leading arbiter");
        // who leads is for the demo to say: on a machine that lags it may change between a look and a press
        await Assertions.Expect(window.Page.Locator("#done")).ToContainTextAsync("Paused the leading arbiter");
        var paused = ReplicaName().Match(await window.Page.Locator("#done").InnerTextAsync()).Value;
        Assert.NotEmpty(paused);
        await Assertions.Expect(replica).Not.ToContainTextAsync(paused, new() { Timeout = Visit.Long });
        await Assertions.Expect(window.Page.Locator("#lost")).ToBeHiddenAsync();
        await Assertions.Expect(replica).ToContainTextAsync("leading", new() { Timeout = Visit.Long });
        // what is broken stays broken, and shows, for whoever opens the page now
        await using var second = await chrome.Open(await demo.Address(), 390, 844, ColorScheme.Dark, touch: true);
        await Assertions.Expect(second.Fault("pause-leader")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(second.Story).ToContainTextAsync("paused the leading arbiter");
        Assert.Equal(390, await second.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await second.Fault("pause-leader").ClickAsync();
        await Assertions.Expect(window.Fault("pause-leader")).ToHaveAttributeAsync("aria-pressed", "false");
        await Visit.Well(window);
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
        await using var window = await Armed();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main).Locator("article.member")).ToHaveCountAsync(6);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main).GetByLabel("Quorum")).ToContainTextAsync("redis3");
        Assert.Equal([], window.Errors);
    }

    private Task<Window> Armed(int width = 1280, int height = 800) => Visit.Armed(chrome, demo, width, height);

    [GeneratedRegex(@"\barb\d+")]
    private static partial Regex ReplicaName();
}
