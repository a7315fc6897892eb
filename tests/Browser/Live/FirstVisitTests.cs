using System.Globalization;
using System.Text.RegularExpressions;
using Browser.Stand;
using Microsoft.Playwright;

namespace Browser.Live;

/// <summary>What a visitor sees first: the demo freshly started, and one button pressed.</summary>
[Collection(Visit.OneAtATime)]
public sealed partial class FirstVisitTests(Chrome chrome)
{
    [Fact]
    public async Task Two_clicks_show_a_failover_and_one_more_mends_it()
    {
        await using var demo = new DemoProcess();
        await using var window = await Visit.Armed(chrome, demo, 1280, 960);
        await Shots.StatusPage(chrome, demo);
        var before = await Visit.Holder(window, "web");
        var button = window.Page.GetByRole(AriaRole.Button, new() { Name = $"Kill haproxy {before}", Exact = true });
        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");

        await window.Until("before => { const vips = [...document.querySelectorAll('.world[data-group=web] .vip:not([hidden])')]; return vips.length === 1 && vips[0].closest('li').dataset.node !== before; }", before);
        var after = await Visit.Holder(window, "web");
        await Assertions.Expect(window.World("web").Locator($"[data-node={before}]")).ToContainTextAsync("haproxy dead");
        var story = await Visit.Chapter(window, $"killed haproxy of {before}", $"web is served again by {after}");
        Assert.Contains($"{before}", story[1], StringComparison.Ordinal);
        await window.Until("() => document.querySelector('.world[data-group=web] .away').textContent.startsWith('was away for')");
        var away = AwayMs().Match(await window.World("web").Locator(".away strong").InnerTextAsync());
        Assert.True(away.Success, "the outage is not given in milliseconds");
        Assert.InRange(double.Parse(away.Groups[1].Value, CultureInfo.InvariantCulture), 0, 1000);

        // the production status page says the same; a leader that is new looks around for 10 s before it records
        var status = window.Page.GetByRole(AriaRole.Main).GetByLabel("Group web");
        await Assertions.Expect(status.Locator(".who div", new() { HasText = "MASTER (observed)" }).Locator("strong")).ToHaveTextAsync(after, new() { Timeout = Visit.Long });
        await Assertions.Expect(status.Locator(".who div", new() { HasText = "Holder (recorded)" }).Locator("strong")).ToHaveTextAsync(after, new() { Timeout = Visit.Long });
        await window.Until("() => document.querySelector('#story').textContent.includes('web: recorded')");
        await Shots.Demo(window, story[0]);

        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        await Assertions.Expect(window.Story).ToContainTextAsync($"started haproxy of {before} again");
        await Assertions.Expect(window.World("web").Locator("li.ill")).ToHaveCountAsync(0);
        Assert.Equal([], window.Errors);
    }

    [GeneratedRegex(@"^([\d.]+) ms$")]
    private static partial Regex AwayMs();
}
