using System.Threading.Channels;
using Arbiter.Api;
using Arbiter.Core;
using Arbiter.Dashboard;
using Arbiter.Groups;
using Arbiter.History;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Contracts.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Api;

/// <summary>A status board that a test writes on.</summary>
internal sealed class Board(ClusterStatus first) : IStatusBoard
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClusterStatus _current = first;

    public ClusterStatus Current
    {
        get { lock (_gate) return _current; }
    }

    public void Put(ClusterStatus status)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _current = status;
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }

    public async Task<ClusterStatus> Newer(long version, CancellationToken stopping)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_current.Version > version) return _current;
                changed = _changed.Task;
            }
            await changed.WaitAsync(stopping);
        }
    }
}

internal sealed class FixedRegister(RegisterStatus status) : IRegister
{
    public RegisterStatus Status { get; set; } = status;
    public ChannelReader<RegisterEvent> Events { get; } = Channel.CreateBounded<RegisterEvent>(1).Reader;
    public void Propose(Proposal proposal) { }
    public void Wish(OutboxWish wish) { }
    public void Watch(Action<OutboxPicture> watcher) { }
    public bool MaySpeak() => Status.State == RegisterState.Leading;
    public Task Run(CancellationToken stopping) => Task.CompletedTask;
}

/// <summary>The real API and page on a real Kestrel at a free loopback port, over a status that the test writes.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, Board board, FixedRegister register, IHeart heart)
    {
        (_app, Board, Register, Heart) = (app, board, register, heart);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(10) };
    }

    public Board Board { get; }
    public FixedRegister Register { get; }
    public IHeart Heart { get; }
    public HttpClient Http { get; }
    public IServiceProvider Services => _app.Services;

    public static async Task<ApiHost> Start(ClusterStatus status, RegisterStatus? register = null, TimeProvider? time = null, string listen = "127.0.0.1:0", IStreamServer[]? servers = null, Action<IServiceCollection>? more = null)
    {
        var options = Pictures.Options(listen);
        var (board, fake) = (new Board(status), new FixedRegister(register ?? Pictures.Register()));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => Listening.Limit(k, options.HttpListen));
        builder.Services.AddSingleton(options).AddHosting().AddSingleton<IStatusBoard>(board).AddSingleton<IRegister>(fake).AddApi();
        builder.Services.AddSingleton<ProcessClock>().AddSingleton(TimeProvider.System).AddSingleton(new StreamServers([.. servers ?? []])).AddHistory(options);
        if (time is not null) builder.Services.AddSingleton(time);
        more?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseApi().UseDashboard();
        var heart = app.Services.GetRequiredService<ILiveness>().Register("group web", TimeSpan.FromMinutes(5));
        await app.StartAsync();
        return new ApiHost(app, board, fake, heart);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
