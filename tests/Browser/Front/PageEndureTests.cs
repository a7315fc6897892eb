using Browser.Stand;
using Microsoft.Playwright;
using World.Hosts;

namespace Browser.Front;

/// <summary>What the page does when what is behind it goes, and on screens of other sizes and colours.</summary>
public sealed class PageEndureTests(Chrome chrome)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_status_goes_on_from_another_replica_when_one_stops_or_dies(bool said)
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        var status = window.Page.GetByRole(AriaRole.Main);
        await Assertions.Expect(status).ToContainTextAsync("arb1 says so");
        // from now on only what the live stream brings can show the other one
        if (said) stand.Sights.Replicas[0].Stop();
        else
        {
            await stand.Sights.Replicas[0].Die();
            stand.Sights.Replicas[0].Stop();
        }
        await Assertions.Expect(status).ToContainTextAsync("arb2 says so");
        await Assertions.Expect(window.Page.Locator("#lost")).ToBeHiddenAsync();
        Assert.Equal([], Unexpected(window));
    }

    [Fact]
    public async Task With_every_replica_stopped_the_status_says_that_it_is_old_and_the_panel_works_on()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address);
        foreach (var replica in stand.Sights.Replicas) replica.Stop();
        await Assertions.Expect(window.Page.Locator("#lost")).ToBeVisibleAsync();
        await window.Fault("split").ClickAsync();
        await Assertions.Expect(window.Story).ToContainTextAsync("broke split");
        await using var back = await FakeReplica.Start("arb3");
        stand.Sights.Replicas.Add(back);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("arb3 says so");
        await Assertions.Expect(window.Page.Locator("#lost")).ToBeHiddenAsync();
        stand.Sights.Replicas.Remove(back);
        Assert.Equal([], Unexpected(window));
    }

    [Fact]
    public async Task A_demo_that_ended_is_missed_and_one_that_begins_anew_tells_its_own_story()
    {
        var stand = await FrontStand.Start();
        stand.Story.Say("lb1", "of the first run", Tone.Plain);
        await using var window = await chrome.Open(stand.Address);
        await Assertions.Expect(window.Story).ToContainTextAsync("of the first run");
        await stand.DisposeAsync();
        await Assertions.Expect(window.Page.GetByText("The demo does not answer any more")).ToBeVisibleAsync();
        await using var next = await FrontStand.Start(stand.Address.Authority);
        next.Story.Say("lb1", "of the second run", Tone.Plain);
        await Assertions.Expect(window.Story).ToContainTextAsync("of the second run");
        await Assertions.Expect(window.Story).Not.ToContainTextAsync("of the first run");
        await Assertions.Expect(window.Page.GetByText("The demo does not answer any more")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(320, 640)]
    [InlineData(390, 844)]
    [InlineData(1024, 700)]
    [InlineData(1280, 800)]
    [InlineData(1920, 1080)]
    public async Task Everything_fits_its_screen(int width, int height)
    {
        await using var stand = await FrontStand.Start();
        stand.Sights.Picture = FakeSights.Moved();
        await using var window = await chrome.Open(stand.Address, width, height, touch: width < 500);
        for (var i = 0; i < 30; i++) stand.Story.Say("arbiter", "averylongwordthatcannotbebrokenanywhereatallbutmustnotmakethepagewider", Tone.Plain);
        await window.Until("() => document.querySelectorAll('#story li').length >= 30 && document.querySelector('.world .ill')");
        Assert.Equal(width, await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        var cut = await window.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('button, .hosts li, .away, .client')].filter(e => !e.matches('.client') && e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)");
        Assert.Empty(cut);
        if (width >= 1024)
            foreach (var part in new[] { "#story", "[data-fault='kill-haproxy/lb1']", "[data-fault='split']", ".world[data-group=api]", ".banner" })
                await Assertions.Expect(window.Page.Locator(part)).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Fingers_have_room_on_a_phone()
    {
        await using var stand = await FrontStand.Start();
        await using var window = await chrome.Open(stand.Address, 390, 844, touch: true);
        var small = await window.Page.EvaluateAsync<string[]>("() => matchMedia('(pointer: coarse)').matches ? [...document.querySelectorAll('.faults button')].filter(b => b.getBoundingClientRect().height < 44).map(b => b.outerHTML) : ['the pointer is not coarse']");
        Assert.Empty(small);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_stands_out_from_its_ground(ColorScheme scheme)
    {
        await using var stand = await FrontStand.Start();
        stand.Sights.Picture = FakeSights.Moved();
        await using var window = await chrome.Open(stand.Address, scheme: scheme);
        foreach (var tone in Enum.GetValues<Tone>()) stand.Story.Say("lb1", $"in the tone {tone}", tone);
        await window.Fault("kill-haproxy/lb1").ClickAsync();
        await window.Page.Locator("#mend").HoverAsync();
        await window.Until("() => document.querySelectorAll('#story li').length >= 5 && document.querySelector('.world .ill')");
        Assert.Empty(await window.Page.EvaluateAsync<string[]>(Contrast));
        await window.Fault("kill-haproxy/lb1").HoverAsync();
        Assert.Empty(await window.Page.EvaluateAsync<string[]>(Contrast));
    }

    /// <summary>All but what is true: that a status asked for in the moment in which its replica went was not there, or not whole.</summary>
    private static IEnumerable<string> Unexpected(Window window) =>
        window.Errors.Where(e => !e.Contains("/fragment", StringComparison.Ordinal));

    // WCAG 2.2, 1.4.3: 4.5 to 1, of large text 3 to 1
    private const string Contrast = """
        () => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const rgb = colours => {
            canvas.clearRect(0, 0, 1, 1);
            for (const c of colours) { canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); }
            return [...canvas.getImageData(0, 0, 1, 1).data];
          };
          const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const grounds = e => e ? [...grounds(e.parentElement), getComputedStyle(e).backgroundColor] : ["white"];
          const bad = [];
          let looked = 0;
          for (const e of document.querySelectorAll(".stage *, .side *")) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest(".hidden")) continue;
            looked++;
            const style = getComputedStyle(e), ground = grounds(e);
            const [a, b] = [light(rgb([...ground, style.color])), light(rgb(ground))].sort((x, y) => y - x);
            const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
            if ((a + .05) / (b + .05) < (large ? 3 : 4.5)) bad.push(`${((a + .05) / (b + .05)).toFixed(2)} ${style.color} on ${ground.at(-1)}: ${e.outerHTML}`);
          }
          return looked > 30 ? bad : [`only ${looked} texts found`];
        }
        """;
}
