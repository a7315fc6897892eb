using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lab;
using Lab.Hosts;
using Lab.Native;

namespace EndToEnd.Stage;

/// <summary>
/// Debian's Prometheus on the lab's witness host, scraping arbiters and agents as a machine room's would, with the shipped rules. Only time is
/// made shorter: it scrapes and evaluates each second, and every <c>for:</c> of the rules becomes 2 s. It lives in the host's own process
/// namespace and files, so it ends with the lab at the latest.
/// </summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private const string Folder = "/var/lib/lab-prometheus";
    private const int Port = 9090;
    private const string Program = "prometheus";
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    private readonly Host _host;
    private readonly HttpClient _http;

    private PrometheusServer(Host host)
    {
        _host = host;
        var handler = new SocketsHttpHandler { ConnectCallback = (_, stopping) => host.Connect(new IPEndPoint(IPAddress.Loopback, Port), stopping) };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"http://prometheus:{Port}"), Timeout = TimeSpan.FromSeconds(5) };
    }

    public static async Task<PrometheusServer> Start(Laboratory lab)
    {
        var server = new PrometheusServer(lab.Host("witness"));
        server._host.Write($"{Folder}/prometheus.yml", Configuration());
        foreach (var name in new[] { "arbiter", "keepalived" })
            server._host.Write($"{Folder}/{name}.rules.yml", For().Replace(await File.ReadAllTextAsync(Path.Combine(Root(), "packaging/prometheus", $"{name}.rules.yml")), "for: 2s"));
        await server._host.Spawn(Program, $"/usr/bin/{Program}", $"--config.file={Folder}/prometheus.yml", $"--storage.tsdb.path={Folder}/data",
            $"--web.listen-address=127.0.0.1:{Port}", "--log.level=warn");
        await server.Until("both arbiters and both agents are scraped", async () => await server.Query("sum(up)") == 4, TimeSpan.FromSeconds(60));
        return server;
    }

    /// <summary>The one value of an instant query; null when there is none.</summary>
    public async Task<double?> Query(string expression)
    {
        if (await Get($"/api/v1/query?query={Uri.EscapeDataString(expression)}") is not { } answer) return null;
        var result = answer.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 1
            ? double.Parse(result[0].GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Names of the alerts that fire now.</summary>
    public async Task<IReadOnlySet<string>?> Firing() =>
        await Get("/api/v1/alerts") is not { } answer ? null
        : answer.GetProperty("data").GetProperty("alerts").EnumerateArray().Where(a => a.GetProperty("state").GetString() == "firing")
            .Select(a => a.GetProperty("labels").GetProperty("alertname").GetString()!).ToHashSet();

    public Task<TimeSpan> Fires(string alert, TimeSpan within) =>
        Until($"{alert} fires", async () => await Firing() is { } now && now.Contains(alert), within);

    public Task<TimeSpan> Resolves(string alert, TimeSpan within) =>
        Until($"{alert} resolves", async () => await Firing() is { } now && !now.Contains(alert), within);

    public async Task<TimeSpan> Until(string what, Func<Task<bool>> holds, TimeSpan within)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > within) Assert.Fail($"not within {within.TotalSeconds:0} s: {what}; firing: {string.Join(", ", await Firing() ?? new HashSet<string>())}; {_host.Read("/var/log/prometheus.log")}");
            await Task.Delay(s_poll);
        }
        return clock.Elapsed;
    }

    private async Task<JsonElement?> Get(string path)
    {
        try
        {
            return JsonDocument.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    private static string Configuration() => $$"""
        global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
        rule_files: [ "{{Folder}}/*.rules.yml" ]
        scrape_configs:
          - job_name: arbiter
            static_configs: [ { targets: [ {{Targets(Topology.Arbiters, Topology.ArbiterMetricsPort)}} ], labels: { cluster: lab } } ]
          - job_name: arbiter-agent
            static_configs: [ { targets: [ {{Targets(Topology.Balancers, Topology.AgentMetricsPort)}} ], labels: { cluster: lab } } ]

        """;

    private static string Targets(IEnumerable<string> hosts, int port) => string.Join(", ", hosts.Select(h => $"\"{Topology.Address(h)}:{port}\""));

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return at.FullName;
        throw new InvalidOperationException("the tests must run inside the repository");
    }

    [GeneratedRegex(@"(?<=\s)for: \d+[smh]")]
    private static partial Regex For();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        var mine = HostProcesses.Find(_host, Program);
        HostProcesses.Signal(mine, Libc.SigKill);
        await HostProcesses.Gone(mine, TimeSpan.FromSeconds(5));
    }
}
