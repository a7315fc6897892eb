using System.Collections.Immutable;
using System.Net;
using Arbiter.Api;
using Arbiter.Cli;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Groups;
using Arbiter.History;
using Arbiter.Hosting;
using Arbiter.Notifications;
using Arbiter.Quorum;
using Arbiter.Tests.Api;
using Arbiter.Tests.Groups;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Notifications;

/// <summary>The room as Program.cs wires it, with its API, over a register that the test moves.</summary>
internal sealed class NotifiedHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NotifiedHost(WebApplication app, FakeRegister register)
    {
        (_app, Register) = (app, register);
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public FakeRegister Register { get; }
    public string Url { get; }
    public IEnumerable<IVerb> Verbs => _app.Services.GetServices<IVerb>();
    public T Part<T>() where T : notnull => _app.Services.GetRequiredService<T>();
    public INotifications Notifications => _app.Services.GetRequiredService<INotifications>();

    public static Task<NotifiedHost> Start(FakeRegister register, IHistory? history, params (string Name, Uri Url)[] receivers) => Start(register, history, null, receivers);

    public static Task<NotifiedHost> Start(FakeRegister register, IHistory? history, IVerbs? others, params (string Name, Uri Url)[] receivers) =>
        Start(register, (services, _) =>
        {
            if (history is not null) services.AddSingleton(history);
            if (others is not null) services.AddSingleton(others);
        }, null, receivers);

    /// <param name="also">Further rooms.</param>
    /// <param name="broker">Null: an address where nobody answers.</param>
    public static async Task<NotifiedHost> Start(FakeRegister register, Action<IServiceCollection, ArbiterOptions> also, Uri? broker, params (string Name, Uri Url)[] receivers)
    {
        var options = Pictures.Options() with
        {
            Receivers = [.. receivers.Select(r => WebhookTests.Options(r.Url) with { Name = r.Name, Timeout = TimeSpan.FromSeconds(1) })],
            // literal addresses: a test asks no name server
            Quorum = new QuorumOptions { Redis = ["192.0.2.1:6379", "192.0.2.2:6379", "192.0.2.3:6379"] },
            RabbitMqUri = broker ?? new Uri("amqp://arbiter@192.0.2.4:5672/ha"),
            RabbitMqPassword = Events.EventBroker.Password,
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => Listening.Limit(k, options.HttpListen));
        builder.Services.AddSingleton(options).AddHosting().AddSingleton<ProcessClock>().AddSingleton<IStatusBoard>(new Board(Pictures.Healthy()))
            .AddSingleton<IRegister>(register).AddNotifications(options).AddApi();
        also(builder.Services, options);
        var app = builder.Build();
        app.UseApi();
        await app.StartAsync();
        return new NotifiedHost(app, register);
    }

    public RecordedEvent Happen(string group, string reason = "it happened", string type = EventTypes.DecisionMade, string to = "lb2")
    {
        var shown = Register.Shown;
        var box = shown.Outbox.Append(WebhookTests.Event(reason) with { Type = type, To = to, Id = $"evt_{group}_{shown.Outbox.Last + 1}", Group = group, Utc = TimeProvider.System.GetUtcNow() }, shown.Generation);
        Register.Show(shown with { Outbox = box });
        return box.Events[^1];
    }

    /// <summary>Until the register holds it; by the register's own word, not by time.</summary>
    public async Task<ReceiverProgress> Progress(string receiver, Func<ReceiverProgress, bool> until, int seconds = 20)
    {
        var reached = new TaskCompletionSource<ReceiverProgress>(TaskCreationOptions.RunContinuationsAsynchronously);
        Register.Watch(p => { if (p.Outbox.Receivers.GetValueOrDefault(receiver) is { } now && until(now)) reached.TrySetResult(now); });
        return await reached.Task.WaitAsync(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);
    }

    public async Task<(int Code, string Out, string Error)> Cli(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var rooms = new Rooms { Load = _ => throw new InvalidOperationException(), Serve = (_, _, _) => Task.CompletedTask, Seed = (_, _) => throw new InvalidOperationException(), ForceSeed = (_, _) => throw new InvalidOperationException(), NodeKey = (_, _) => "" };
        var code = await new Commands(rooms, new Terminal(output, error, colour: false), Url).Run(arguments, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>The exchange between two replicas, without a broker.</summary>
internal sealed class PassingVerbs(NotifiedHost leader) : IVerbs
{
    public Task<VerbReply> Do(VerbCall call, CancellationToken stopping) =>
        leader.Verbs.Single(v => v.Kind == call.Kind).Do(System.Text.Json.JsonDocument.Parse(call.Arguments).RootElement, call.Who, stopping);
}

/// <summary>A history that holds what the test put in.</summary>
internal sealed class FakeHistory : IHistory
{
    public Dictionary<long, RecordedEvent> Events { get; } = [];

    public Task<HistoryPage> Read(GroupName group, HistoryPlace? below, int most, CancellationToken stopping) => Task.FromResult(new HistoryPage([], 3, 3));

    public Task<ImmutableArray<RecordedEvent>> Find(long generation, long first, long last, CancellationToken stopping) =>
        Task.FromResult<ImmutableArray<RecordedEvent>>([.. Events.Values.Where(e => e.Generation == generation && e.Number >= first && e.Number <= last)]);

    public Task<HistoryEntry?> Find(string id, CancellationToken stopping) =>
        Task.FromResult(Events.Values.FirstOrDefault(e => e.Id == id) is { } found ? new HistoryEntry(found, null) : null);

    public Task<long> Trim(TimeSpan keep, CancellationToken stopping) => Task.FromResult(0L);
}
