using Browser.Stand;
using Microsoft.Playwright;

namespace Browser.Live;

/// <summary>Takes the documents' pictures with SCREENSHOTS=1 in the environment; otherwise nothing is written.</summary>
internal static class Shots
{
    private const int MostBytes = 200 * 1024;

    private static bool Wanted => Environment.GetEnvironmentVariable("SCREENSHOTS") == "1";

    /// <summary>The demo, its story at the line that begins a chapter.</summary>
    public static async Task Demo(Window window, string chapter)
    {
        if (!Wanted) return;
        await window.Page.EvaluateAsync("""
            chapter => {
              scrollTo(0, 0);
              const list = document.querySelector('#story'), line = [...list.children].find(l => l.textContent === chapter);
              list.scrollTop = line.offsetTop - list.offsetTop;
              document.querySelector('#newest').style.visibility = 'hidden';
            }
            """, chapter);
        await Write("demo.png", await window.Page.ScreenshotAsync());
    }

    /// <summary>The status page alone, down to the end of its first group.</summary>
    public static async Task StatusPage(Chrome chrome, DemoProcess demo)
    {
        if (!Wanted) return;
        await using var window = await Visit.Armed(chrome, demo, 1680, 1450);
        var main = (await window.Page.GetByRole(AriaRole.Main).BoundingBoxAsync())!;
        var card = (await window.Page.Locator("main .card").First.BoundingBoxAsync())!;
        var clip = new Clip { X = main.X, Y = main.Y, Width = main.Width, Height = card.Y + card.Height + 14 - main.Y };
        await Write("status-page.png", await window.Page.ScreenshotAsync(new PageScreenshotOptions { Clip = clip }));
    }

    private static async Task Write(string name, byte[] picture)
    {
        picture = Png.Pack(picture);
        Assert.InRange(picture.Length, 1, MostBytes);
        await File.WriteAllBytesAsync(Path.Combine(Root(), "docs", name), picture);
    }

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return at.FullName;
        throw new InvalidOperationException("Arbiter.sln was not found above the tests");
    }
}
