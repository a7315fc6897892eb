using Demo.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Browser.Stand;

/// <summary>Answers as a replica does, with a page of its own name, until it is stopped.</summary>
internal sealed class FakeReplica : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _dead = new();

    private FakeReplica(WebApplication app, string name) => (_app, Name, Inside) = (app, name, Says(name));

    public string Name { get; }

    public ReplicaDoor Door => new(Name, new Uri(_app.Urls.First()), _stopped.Token);

    /// <summary>The page as it is without the demo.</summary>
    public string Page => Frame(Inside);

    /// <summary>What it says of the status.</summary>
    public string Inside { get; set; }

    /// <summary>What was asked of it: method, path, host.</summary>
    public List<string> Asked { get; } = [];

    public static async Task<FakeReplica> Start(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var replica = new FakeReplica(app, name);
        app.Use((HttpContext http, RequestDelegate next) =>
        {
            lock (replica.Asked) replica.Asked.Add($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {http.Request.Host}");
            http.Response.Headers.ContentSecurityPolicy = "default-src 'self'";
            return next(http);
        });
        app.MapGet("/", () => Results.Text(replica.Page, "text/html"));
        app.MapGet("/fragment", () => Results.Text(replica.Inside, "text/html"));
        app.MapGet("/api/v1/events", async (HttpContext http) =>
        {
            http.Response.ContentType = "text/event-stream";
            using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, replica._dead.Token);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            do
            {
                await http.Response.WriteAsync($"event: status\nid: 1\nretry: 1000\ndata: {{\"leader\":\"{name}\"}}\n\n", end.Token);
                await http.Response.Body.FlushAsync(end.Token);
            }
            while (await timer.WaitForNextTickAsync(end.Token));
        });
        app.MapPost("/api/v1/echo", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            return Results.Text($"{name} got {await reader.ReadToEndAsync()} from {http.Request.Headers.Origin}");
        });
        await app.StartAsync();
        return replica;
    }

    /// <summary>Stands still, as the demo says of it.</summary>
    public void Stop() => _stopped.Cancel();

    /// <summary>Dies without anybody saying so.</summary>
    public async Task Die()
    {
        await _dead.CancelAsync();
        await _app.StopAsync(new CancellationToken(true));
    }

    public async ValueTask DisposeAsync()
    {
        await _dead.CancelAsync();
        await _app.DisposeAsync();
    }

    private static string Frame(string inside) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>OK</title>
        <link rel="icon" href="/assets/ok.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/app.css"><script src="/assets/app.js" defer></script>
        </head><body><noscript><p class="note">Without JavaScript this page does not refresh itself: reload it.</p></noscript><main id="status">
        {inside}</main><p id="lost" class="lost" role="alert" hidden>No word from this arbiter since <b></b>. What stands here is old.</p></body></html>
        """;

    private static string Says(string name) => $"""
        <header class="banner ok" data-title="OK" data-level="ok"><p class="word">All well</p><h1>{name} says so</h1></header>
        """;
}
