using Browser.Stand;
using Microsoft.Playwright;

namespace Browser.Live;

/// <summary>Takes the documents' pictures with SCREENSHOTS=1 in the environment; otherwise nothing is written.</summary>
internal static class Shots
{
    private const int MostBytes = 200 * 1024;

    /// <param name="only">What is to be seen, as far as it is within the window; null: the window.</param>
    public static async Task Take(Window window, string name, ILocator? only = null)
    {
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") != "1") return;
        var (box, seen) = (only is null ? null : await only.BoundingBoxAsync(), window.Page.ViewportSize!);
        var picture = await window.Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Clip = box is null ? null : new Clip { X = box.X, Y = box.Y, Width = box.Width, Height = Math.Min(box.Height, seen.Height - box.Y) },
        });
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
