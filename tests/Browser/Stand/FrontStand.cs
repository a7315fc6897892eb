using Arbiter.Api;
using Demo.Page;
using Demo.Panel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Browser.Stand;

/// <summary>The page's room on a real Kestrel, before a panel, a story, a world and two replicas that a test sets.</summary>
internal sealed class FrontStand : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FrontStand(WebApplication app, FakeStory story, FakePanel panel, FakeSights sights)
    {
        (_app, Story, Panel, Sights) = (app, story, panel, sights);
        Address = new Uri(app.Urls.First());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public FakeStory Story { get; }
    public FakePanel Panel { get; }
    public FakeSights Sights { get; }

    public static async Task<FrontStand> Start(string listen = "127.0.0.1:0")
    {
        var (story, sights) = (new FakeStory(), new FakeSights());
        var panel = new FakePanel(story);
        sights.Replicas.Add(await FakeReplica.Start("arb1"));
        sights.Replicas.Add(await FakeReplica.Start("arb2"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => Listening.Limit(k, listen));
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IFaultPanel>(panel).AddSingleton<IStoryline>(story).AddSingleton<ISights>(sights).AddPage();
        var app = builder.Build();
        app.UsePage();
        await app.StartAsync();
        return new FrontStand(app, story, panel, sights);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        foreach (var replica in Sights.Replicas) await replica.DisposeAsync();
    }
}
