using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Notifications;

internal sealed record Hooked(string Id, string Timestamp, string Signature, string Body, string Path, string Connection);

/// <summary>A receiver on a free port of loopback that answers as the test says.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HookServer(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/hook?key=very-secret");
    }

    public Uri Url { get; }
    public ConcurrentQueue<Hooked> Got { get; } = [];
    public System.Threading.Channels.Channel<Hooked> Arrived { get; } = System.Threading.Channels.Channel.CreateUnbounded<Hooked>();

    public static async Task<HookServer> Start(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        HookServer? server = null;
        app.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body, Encoding.UTF8);
            var h = http.Request.Headers;
            var hooked = new Hooked(h["webhook-id"]!, h["webhook-timestamp"]!, h["webhook-signature"]!, await body.ReadToEndAsync(http.RequestAborted), http.Request.Path, http.Connection.Id);
            server!.Got.Enqueue(hooked);
            server.Arrived.Writer.TryWrite(hooked);
            await answer(http);
        });
        await app.StartAsync();
        return server = new HookServer(app);
    }

    public static Task<HookServer> Start(int status, string body = "", Action<HttpContext>? also = null) => Start(http =>
    {
        http.Response.StatusCode = status;
        also?.Invoke(http);
        return http.Response.WriteAsync(body);
    });

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
