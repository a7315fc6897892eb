using Microsoft.Playwright;

namespace Browser.Stand;

/// <summary>One window at the demo's page, with its errors and the hosts that it asked.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];

    private Window(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>What the browser complained of, and what was asked of any other host.</summary>
    public IReadOnlyList<string> Errors
    {
        get { lock (_errors) return [.. _errors]; }
    }

    public static async Task<Window> Open(IBrowserContext context, Uri address)
    {
        var window = new Window(context, await context.NewPageAsync());
        window.Page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning") window.Add($"{said.Type}: {said.Text} ({said.Location})");
        };
        window.Page.PageError += (_, thrown) => window.Add($"thrown: {thrown}");
        window.Page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Authority != address.Authority) window.Add($"asked elsewhere: {request.Url}");
        };
        await window.Page.GotoAsync(address.ToString());
        return window;
    }

    public ILocator Fault(string id) => Page.Locator($"[data-fault='{id}']");

    public ILocator World(string group) => Page.Locator($".world[data-group='{group}']");

    public ILocator Story => Page.Locator("#story");

    /// <summary>Waits until a script's condition holds.</summary>
    public Task Until(string condition, object? argument = null, float? timeout = null) =>
        Page.WaitForFunctionAsync(condition, argument, new PageWaitForFunctionOptions { Timeout = timeout, PollingInterval = 50 });

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private void Add(string error)
    {
        lock (_errors) _errors.Add(error);
    }
}
