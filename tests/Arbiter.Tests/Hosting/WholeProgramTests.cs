using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Arbiter.Tests.Hosting;

/// <summary>The program itself with every room, as a process of its own: how it starts when nothing that it needs is there.</summary>
[Trait("tier", "integration")]
public sealed class WholeProgramTests : IDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);
    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("arbiter").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_starts_and_answers_although_no_server_is_reached()
    {
        var (api, metrics) = (FreePort(), FreePort());
        using var program = Start(api, metrics);
        try
        {
            using var http = new HttpClient { Timeout = Most };
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            patience.CancelAfter(Most);
            await Answers(http, new Uri($"http://127.0.0.1:{api}/livez"), patience.Token);
            Assert.Contains("\"vip-events\"", await http.GetStringAsync(new Uri($"http://127.0.0.1:{api}/api/v1/notifications"), patience.Token), StringComparison.Ordinal);
            Assert.Contains("# TYPE vip_", await http.GetStringAsync(new Uri($"http://127.0.0.1:{metrics}/metrics"), patience.Token), StringComparison.Ordinal);
            Assert.Contains("alive\":true", await http.GetStringAsync(new Uri($"http://127.0.0.1:{api}/livez"), patience.Token), StringComparison.Ordinal);
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync(Stop);
        }
    }

    [Fact]
    public async Task Metrics_whose_address_is_taken_are_an_error_in_the_log_and_no_reason_not_to_start()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (api, port) = (FreePort(), ((IPEndPoint)taken.LocalEndpoint).Port);
        using var program = Start(api, port);
        try
        {
            using var http = new HttpClient { Timeout = Most };
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            patience.CancelAfter(Most);
            var said = Until(program.StandardOutput, $"No metrics at 127.0.0.1:{port} (http.metrics)", patience.Token);
            await Answers(http, new Uri($"http://127.0.0.1:{api}/livez"), patience.Token);
            await said;
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync(Stop);
        }
    }

    private static async Task Until(StreamReader lines, string part, CancellationToken patience)
    {
        while (await lines.ReadLineAsync(patience) is { } line)
            if (line.Contains(part, StringComparison.Ordinal)) return;
        Assert.Fail($"it never said '{part}'");
    }

    [Fact]
    public async Task An_address_of_the_api_that_is_taken_is_named_in_one_line_and_ends_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var program = Start(port, FreePort());
        try
        {
            var (said, error) = (program.StandardOutput.ReadToEndAsync(Stop), program.StandardError.ReadToEndAsync(Stop));
            await program.WaitForExitAsync(Stop).WaitAsync(Most, Stop);
            Assert.Equal(Arbiter.Cli.Exit.Failed, program.ExitCode);
            Assert.Contains($"127.0.0.1:{port}", await error, StringComparison.Ordinal);
            Assert.Contains("http.listen", await error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", await error, StringComparison.Ordinal);
            _ = await said;
        }
        finally
        {
            if (!program.HasExited) program.Kill();
        }
    }

    private static async Task Answers(HttpClient http, Uri at, CancellationToken patience)
    {
        while (true)
        {
            try
            {
                if ((await http.GetAsync(at, patience)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // it does not listen yet
            }
            await Task.Delay(50, patience);
        }
    }

    private Process Start(int api, int metrics)
    {
        var (file, key) = (Path.Combine(_folder, "arbiter.yaml"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var dead = FreePort();
        File.WriteAllText(file, $$"""
            cluster: whole
            rabbitmq: { uri: "amqp://arbiter@127.0.0.1:{{dead}}/ha", password: nobody }
            quorum: { redis: [ "127.0.0.1:{{dead}}", "127.0.0.2:{{dead}}", "127.0.0.3:{{dead}}" ] }
            security: { clusterKey: "k1:{{key}}" }
            http: { listen: "127.0.0.1:{{api}}", metrics: "127.0.0.1:{{metrics}}" }
            receivers:
              - { name: ops, type: webhook, url: "http://127.0.0.1:{{dead}}/hook", secret: "whsec_{{key}}", allowHttp: true, allow: [ 127.0.0.0/8 ] }
            groups:
              - name: web
                vips: [ 198.51.100.1/32 ]
                members: [ { node: lb1, preference: 100 }, { node: lb2, preference: 80 } ]
                mode: act
                schedule: [ { switchover: "0 0 4 ? * SUN", timeZone: UTC } ]
            """);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "arbiter"), ["serve", "--config", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
