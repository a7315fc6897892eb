using Browser.Stand;
using Microsoft.Playwright;
using World.Hosts;

namespace Browser.Front;

/// <summary>The page in a real browser, before a world that the test sets.</summary>
public sealed class PageTests(Chrome chrome)
{
    private const string Lines = "n => document.querySelectorAll('#story li').length >= n";

    [Fact]
    public async Task A_press_shows_before_it_is_answered_and_again_mends()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        var gate = new TaskCompletionSource();
        stand.Panel.Gate = gate.Task;
        var button = window.Page.GetByRole(AriaRole.Button, new() { Name = "Kill haproxy lb1", Exact = true });
        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.DoesNotContain(stand.Panel.Faults, f => f.On);
        gate.SetResult();
        await Assertions.Expect(window.Story).ToContainTextAsync("broke kill-haproxy/lb1");
        await Assertions.Expect(window.Page.Locator("#done")).ToHaveTextAsync("broke kill-haproxy/lb1");
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        await button.ClickAsync();
        await Assertions.Expect(window.Story).ToContainTextAsync("mended kill-haproxy/lb1");
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task What_another_pressed_shows_and_everything_is_mended_by_one_button()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        await stand.Panel.Set("split", true, CancellationToken.None);
        await Assertions.Expect(window.Fault("split")).ToHaveAttributeAsync("aria-pressed", "true");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Mend everything" }).ClickAsync();
        await Assertions.Expect(window.Fault("split")).ToHaveAttributeAsync("aria-pressed", "false");
        await window.Until("() => document.querySelector('#done').textContent === 'Everything is mended.'");
        Assert.DoesNotContain(stand.Panel.Faults, f => f.On);
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task A_press_that_fails_is_taken_back_and_says_why()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        await window.Page.RouteAsync("**/demo/faults/**", route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"detail":"no hands"}""" }));
        await window.Fault("isolate/lb3").ClickAsync();
        await Assertions.Expect(window.Page.Locator("#help")).ToHaveTextAsync("That did not work: no hands");
        await Assertions.Expect(window.Fault("isolate/lb3")).ToHaveAttributeAsync("aria-pressed", "false");
    }

    [Fact]
    public async Task The_panel_is_used_by_keyboard_and_explains_what_has_the_focus()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        await window.Page.Locator("#mend").FocusAsync();
        await window.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(window.Fault("kill-haproxy/lb1")).ToBeFocusedAsync();
        await Assertions.Expect(window.Page.Locator("#help")).ToContainTextAsync("takes lb1 out");
        await window.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(window.Fault("kill-haproxy/lb1")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(window.Story).ToContainTextAsync("broke kill-haproxy/lb1");
        Assert.NotEqual("none", await window.Fault("kill-haproxy/lb1").EvaluateAsync<string>("b => getComputedStyle(b).outlineStyle"));
    }

    [Fact]
    public async Task Everything_has_a_role_and_a_name()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Complementary, new() { Name = "Demo" })).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main)).ToHaveCountAsync(1);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Log, new() { Name = "What happened, and why" })).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Group, new() { Name = "Kill haproxy" }).GetByRole(AriaRole.Button)).ToHaveCountAsync(3);
        var nameless = await window.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('button')].filter(b => !(b.getAttribute('aria-label') || b.textContent).includes(b.textContent.trim())).map(b => b.outerHTML)");
        Assert.Empty(nameless);
        var twice = await window.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)");
        Assert.Empty(twice);
    }

    [Fact]
    public async Task The_story_tells_who_and_when_with_a_sign_for_each_tone()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        stand.Story.Say("you", "killed haproxy of lb1", Tone.Fault);
        stand.Story.Say("lb1", "<b>out</b>", Tone.Bad);
        stand.Story.Say("lb2", "MASTER of web", Tone.Plain);
        stand.Story.Say("client", "web answers again", Tone.Good);
        await window.Until(Lines, 4);
        var lines = window.Story.Locator("li");
        Assert.Equal(["#sign-fault", "#sign-bad", "#sign-plain", "#sign-good"], await lines.Locator("use").EvaluateAllAsync<string[]>("all => all.map(u => u.getAttribute('href'))"));
        Assert.Equal("lb1bad: +2 ms0:41.204<b>out</b>", await lines.Nth(1).TextContentAsync());
        Assert.Equal("you" + "fault: " + "0:41.202" + "killed haproxy of lb1", await lines.Nth(0).TextContentAsync());
    }

    [Fact]
    public async Task A_long_story_stays_bounded_follows_its_end_and_lets_the_reader_look_back()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        for (var i = 1; i <= 450; i++) stand.Story.Say("lb1", $"line {i}", Tone.Plain);
        await Assertions.Expect(window.Story.Locator("li").Last).ToContainTextAsync("line 450");
        Assert.Equal(300, await window.Story.Locator("li").CountAsync());
        await Assertions.Expect(window.Story.Locator("li").Last).ToBeInViewportAsync();
        await window.Story.EvaluateAsync("l => { l.scrollTop = 1000; }");
        var before = await FirstSeen(window);
        for (var i = 451; i <= 460; i++) stand.Story.Say("lb1", $"line {i}", Tone.Plain);
        await Assertions.Expect(window.Story.Locator("li").Last).ToContainTextAsync("line 460");
        Assert.Equal(before, await FirstSeen(window));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Newest" }).ClickAsync();
        await Assertions.Expect(window.Story.Locator("li").Last).ToBeInViewportAsync();
        await Assertions.Expect(window.Page.Locator("#newest")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Nothing_jumps_when_something_happens(int width, int height)
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address, width, height);
        await window.Until("() => document.querySelector('.away strong').textContent === '0 ms'");
        var before = await Places(window);
        await window.Fault("kill-haproxy/lb1").ClickAsync();
        stand.Sights.Picture = FakeSights.Moved();
        for (var i = 0; i < 40; i++) stand.Story.Say("arbiter", $"a sentence that is long enough to need more than one line of the story, number {i}", Tone.Good);
        await window.Until(Lines, 41);
        await Assertions.Expect(window.World("web").Locator(".away strong")).ToHaveTextAsync("4.3 ms");
        Assert.Equal(before, await Places(window));
    }

    [Fact]
    public async Task The_picture_shows_who_has_the_address_where_clients_go_and_how_long_they_were_away()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        var web = window.World("web");
        await Assertions.Expect(web.Locator("[data-node=lb1] .vip")).ToBeVisibleAsync();
        await Assertions.Expect(web.Locator(".away")).ToHaveTextAsync("not away yet 0 ms");
        var way = await Middle(web.Locator(".client"));
        stand.Sights.Picture = FakeSights.Moved();
        await Assertions.Expect(web.Locator("[data-node=lb2] .vip")).ToBeVisibleAsync();
        await Assertions.Expect(web.Locator("[data-node=lb1] .vip")).ToBeHiddenAsync();
        await Assertions.Expect(web.Locator("[data-node=lb1]")).ToContainTextAsync("haproxy dead");
        await Assertions.Expect(web.Locator(".away")).ToHaveTextAsync("was away for 4.3 ms");
        Assert.NotEqual(way, await Middle(web.Locator(".client")));
        Assert.Equal(await Middle(web.Locator("[data-node=lb2]")), await Middle(web.Locator(".client svg")), 4.0);
        Assert.Equal(await Middle(web.Locator("[data-node=lb2]")), await Middle(web.Locator(".reach")), 4.0);
        await Assertions.Expect(window.World("api").Locator(".away")).ToHaveTextAsync("not away yet 0 ms");
        Assert.Equal([], window.Errors);
    }

    [Fact]
    public async Task An_outage_that_lasts_is_counted_while_it_does()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        var moved = FakeSights.Moved();
        stand.Sights.Picture = moved with
        {
            At = TimeSpan.FromSeconds(43),
            Groups = [moved.Groups[0] with { Served = false, Reached = null, Holders = [], Outages = [new Outage(TimeSpan.FromSeconds(42), null)] }, moved.Groups[1]],
        };
        var web = window.World("web");
        await Assertions.Expect(web.Locator(".away span")).ToHaveTextAsync("away for");
        await Assertions.Expect(web.Locator(".reach")).ToHaveTextAsync("nobody to reach");
        var first = await web.Locator(".away strong").TextContentAsync();
        await window.Until("first => document.querySelector('.world .away strong').textContent !== first", first);
        await Assertions.Expect(web.Locator(".away")).ToHaveAttributeAsync("aria-live", "off");
    }

    private static Task<string> FirstSeen(Window window) => window.Story.EvaluateAsync<string>(
        "l => { const top = l.getBoundingClientRect().top; return [...l.children].find(c => c.getBoundingClientRect().top >= top).textContent; }");

    private static async Task<string> Places(Window window) => await window.Page.EvaluateAsync<string>(
        "() => [...document.querySelectorAll('button:not(#newest), .world, .faults, .story, main')].map(e => { const r = e.getBoundingClientRect(); return `${e.className || e.id || e.textContent} ${r.left} ${r.top + scrollY} ${r.width} ${e.tagName === 'MAIN' ? '' : r.height}`; }).join('\\n')");

    private static async Task<double> Middle(ILocator of) => await of.EvaluateAsync<double>("e => { const r = e.getBoundingClientRect(); return r.left + r.width / 2; }");
}
