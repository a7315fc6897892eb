using System.Runtime.InteropServices;
using Browser.Stand;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chrome))]

namespace Browser.Stand;

/// <summary>Debian's own Chromium without a window, one for all tests. Nothing is downloaded.</summary>
public sealed class Chrome : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";
    /// <summary>In ms: for whatever comes; a page on a busy machine has been seen to take more than the 5 s of the library.</summary>
    private const float Patience = 30_000;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Path), $"{Path} is not installed: apt-get install chromium");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            Headless = true,
            // its sandbox needs a user that is not root; pages are our own
            Args = geteuid() == 0 ? ["--no-sandbox"] : [],
        });
    }

    /// <summary>A window of its own, with what it must not do written down.</summary>
    internal async Task<Window> Open(Uri address, int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light, bool touch = false)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            HasTouch = touch,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        return await Window.Open(context, address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    [DllImport("libc")]
    private static extern uint geteuid();
}
