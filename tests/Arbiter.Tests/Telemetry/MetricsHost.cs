using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Arbiter.Api;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Dashboard;
using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Arbiter.Telemetry;
using Arbiter.Tests.Api;
using Arbiter.Tests.Core;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Telemetry;

/// <summary>The real endpoint on a real Kestrel; a group that the real core steps, at a clock that the test turns.</summary>
internal sealed partial class MetricsHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GroupRules _rules;
    private GroupState _state;

    private MetricsHost(WebApplication app, ArbiterOptions options, FixedRegister register, FakeTimeProvider time)
    {
        (_app, Register, Time) = (app, register, time);
        _rules = GroupsSetup.RulesOf(options.Groups[0]);
        _state = GroupState.Start(_rules);
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        (Api, Metrics) = (new Uri(addresses[0]), new Uri(addresses[^1]));
        Http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
    }

    public FixedRegister Register { get; }
    public FakeTimeProvider Time { get; }
    public HttpClient Http { get; }
    public Uri Api { get; }
    public Uri Metrics { get; }
    public GroupState State => _state;
    public IServiceProvider Services => _app.Services;
    public NodeModel Lb1 { get; } = new(Pictures.Lb1, 240);
    public NodeModel Lb2 { get; } = new(Pictures.Lb2, 232);
    public TimeSpan Now => Services.GetRequiredService<ProcessClock>().Now;

    public static async Task<MetricsHost> Start(string? metrics = "localhost:0", string listen = "127.0.0.1:0")
    {
        var options = Pictures.Options(listen) with { HttpMetrics = metrics };
        var (register, time) = (new FixedRegister(Pictures.Register()), new FakeTimeProvider());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Listening.Limit(kestrel, options.HttpListen);
            TelemetryRoom.Listen(kestrel, options);
        });
        builder.Services.AddSingleton(options).AddHosting().AddSingleton<IStatusBoard>(new Board(Pictures.Healthy())).AddSingleton<IRegister>(register)
            .AddSingleton(new ProcessClock(time)).AddApi().AddTelemetry(options);
        var app = builder.Build();
        app.UseTelemetry(options).UseApi().UseDashboard();
        await app.StartAsync();
        var host = new MetricsHost(app, options, register, time);
        host.Step(new Input.BusChanged(host.Now, true, "connected"));
        return host;
    }

    /// <summary>As the group's loop does it: the core, then all who watch.</summary>
    public void Step(Input input)
    {
        var step = Arbitration.Advance(_state, input);
        _state = step.State;
        foreach (var witness in Services.GetServices<IStepWitness>()) witness.Saw(input, step);
    }

    public void Pass(TimeSpan time, params NodeModel[] reporting)
    {
        Time.Advance(time);
        foreach (var node in reporting) Step(new Input.NodeReported(Now, node.Report(Now, Pictures.Web)));
        Step(new Input.Tick(Now));
    }

    public void Lead(Assignment? recorded = null) => Step(new Input.LeadershipGained(Now, 1, 12, recorded));

    public void Record(NodeId holder, long epoch, string reason)
    {
        var asked = new Proposal(Pictures.Web, epoch - 1, holder, reason);
        Step(new Input.ProposalSettled(Now, asked, ProposalOutcome.Committed, Pictures.Held(holder, epoch, reason), ""));
    }

    public async Task<string> Text() => await Http.GetStringAsync(new Uri(Metrics, "/metrics"), TestContext.Current.CancellationToken);

    /// <summary>The value of the one sample that has this name and these labels; null when there is none.</summary>
    public async Task<double?> Value(string series)
    {
        foreach (var line in (await Text()).Split('\n'))
            if (!line.StartsWith('#') && line.Contains(' ') && Normal(line[..line.LastIndexOf(' ')]) == Normal(series))
                return line.Split(' ')[^1] is var text && text == "NaN" ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture);
        return null;
    }

    /// <summary>Labels in one order, and no braces around none.</summary>
    private static string Normal(string series)
    {
        var brace = series.IndexOf('{');
        if (brace < 0) return series;
        var labels = series[(brace + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        return $"{series[..brace]}|{string.Join(',', labels)}".TrimEnd('|');
    }

    /// <summary>Family and type, as the endpoint itself declares them.</summary>
    public static IReadOnlyDictionary<string, string> Families(string text) =>
        Declared().Matches(text).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Declared();
}
