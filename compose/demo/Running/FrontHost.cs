using System.Net;
using System.Net.Sockets;
using Demo.Page;
using Demo.Panel;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Demo.Running;

/// <summary>The demo's own web server, with the page.</summary>
internal sealed class FrontHost : IAsyncDisposable
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _app;
    private readonly IPEndPoint _listen;

    public FrontHost(IPEndPoint listen, IFaultPanel panel, IStoryline story, ISights sights)
    {
        _listen = listen;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, listen));
        builder.Services.AddRouting();
        builder.Services.AddSingleton(panel).AddSingleton(story).AddSingleton(sights).AddPage();
        builder.Services.AddSingleton<IHostLifetime, Replicas.NoLifetime>();
        _app = builder.Build();
        _app.UsePage();
    }

    /// <summary>Where the page is; known once it has started.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <exception cref="DemoError">The address cannot be had.</exception>
    public async Task Start(CancellationToken stopping)
    {
        try
        {
            await _app.StartAsync(stopping);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException or SocketException)
        {
            throw new DemoError($"{_listen} is taken by another program; give another place, such as --listen {_listen.Address}:{(_listen.Port < 65535 ? _listen.Port + 1 : 8081)}");
        }
        catch (SocketException e)
        {
            throw new DemoError($"cannot listen at {_listen}: {e.Message}; give another place, such as --listen 127.0.0.1:8081");
        }
    }

    public async Task Stop()
    {
        using var at = new CancellationTokenSource(s_goodbye);
        await _app.StopAsync(at.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Limit(KestrelServerOptions kestrel, IPEndPoint listen)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 100;
        kestrel.Limits.MaxRequestBodySize = 16 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.Listen(listen);
    }
}
