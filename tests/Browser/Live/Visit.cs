using Browser.Stand;
using Microsoft.Playwright;

namespace Browser.Live;

/// <summary>What every visit of the running demo waits for and reads.</summary>
internal static class Visit
{
    public const string OneAtATime = "live";
    /// <summary>In ms: a node that was mended is armed again after some seconds, and a leader that is new looks around for 10 s.</summary>
    public const float Long = 30_000;
    /// <summary>In ms: some seconds, but fast motion is the first thing that a busy machine cannot keep up with.</summary>
    private const float Start = 90_000;

    /// <summary>A window at the demo when all is mended and well, by the page's own words.</summary>
    public static async Task<Window> Armed(Chrome chrome, DemoProcess demo, int width = 1280, int height = 800)
    {
        var window = await chrome.Open(await demo.Address(), width, height);
        await window.Page.Locator("#mend").ClickAsync();
        await Well(window);
        return window;
    }

    public static async Task Well(Window window)
    {
        await Assertions.Expect(window.Page.Locator("#intro")).ToHaveTextAsync("What clients see of three simulated hosts", new() { Timeout = Start });
        await Assertions.Expect(window.Page.Locator(".banner .word")).ToHaveTextAsync("All well", new() { Timeout = Long });
        await Assertions.Expect(window.Page.Locator(".vip:visible")).ToHaveCountAsync(2);
        await Assertions.Expect(window.Page.Locator(".unserved")).ToHaveCountAsync(0);
    }

    public static async Task<string> Holder(Window window, string group) =>
        await window.World(group).Locator("li", new() { Has = window.Page.Locator(".vip:visible") }).GetAttributeAsync("data-node") ?? "nobody";

    /// <summary>The lines of the story from one that holds the first text to one that holds the second, once it is told.</summary>
    public static async Task<string[]> Chapter(Window window, string first, string last)
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
}
