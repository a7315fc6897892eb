using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NodeAgent.Metrics;

namespace NodeAgent.Tests.Metrics;

public sealed class MetricsServerTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task A_scrape_gets_the_text_and_the_connection_is_closed()
    {
        var at = await Serve(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>("up 1\n"u8.ToArray()));
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://{at}/metrics?x=1"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("up 1\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(answer.Headers.ConnectionClose);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET /metrics/x HTTP/1.1\r\n\r\n", "404")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "405")]
    [InlineData("GET /metrics\r\n\r\n", "400")]
    [InlineData("GET /metrics SPDY/3\r\n\r\n", "400")]
    [InlineData("\r\n\r\n", "400")]
    [InlineData("\0\u0001\u0002\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/1.0\n\n", "200")]
    public async Task What_is_no_scrape_is_answered_plainly(string request, string status)
    {
        var at = await Serve(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>("up 1\n"u8.ToArray()));
        Assert.StartsWith($"HTTP/1.1 {status} ", await Ask(at, request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_has_no_body_and_says_how_long_it_would_be()
    {
        var at = await Serve(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>("up 1\n"u8.ToArray()));
        var answer = await Ask(at, "HEAD /metrics HTTP/1.1\r\n\r\n");
        Assert.Contains("Content-Length: 5\r\n", answer);
        Assert.EndsWith("\r\n\r\n", answer);
    }

    [Fact]
    public async Task A_head_without_end_is_cut_off()
    {
        var at = await Serve(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>(default));
        Assert.StartsWith("HTTP/1.1 400 ", await Ask(at, "GET /metrics HTTP/1.1\r\nx: " + new string('y', MetricsServer.MostHead)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_and_one_that_ends_makes_room()
    {
        var at = await Serve(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>("up 1\n"u8.ToArray()));
        var open = new List<Socket>();
        for (var i = 0; i < MetricsServer.MostConnections; i++) open.Add(await Connect(at));
        // the accepting is in order: when this one is closed, all before it were taken
        using (var refused = await Connect(at)) Assert.Equal(0, await Receive(refused));
        open[0].Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string answer;
        do answer = await Ask(at, "GET /metrics HTTP/1.1\r\n\r\n");
        while (answer.Length == 0 && !patience.IsCancellationRequested);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        open.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Who_says_nothing_is_hung_up_on_at_the_deadline()
    {
        var at = await Serve(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>(default));
        using var silent = await Connect(at);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, await Receive(silent));
        Assert.InRange(clock.Elapsed, MetricsServer.Deadline - TimeSpan.FromSeconds(1), MetricsServer.Deadline + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task One_server_listens_at_several_places_and_a_taken_place_stops_none_of_them()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var server = Start([$"127.0.0.1:{port}", "127.0.0.1:0", "[::1]:0"], _ => ValueTask.FromResult<ReadOnlyMemory<byte>>("up 1\n"u8.ToArray()));
        await Until(() => server.Listening.Count == 2);
        foreach (var at in server.Listening) Assert.StartsWith("HTTP/1.1 200 ", await Ask(at, "GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task A_scrape_that_fails_harms_none_after_it()
    {
        var first = true;
        var at = await Serve(_ =>
        {
            if (!first) return ValueTask.FromResult<ReadOnlyMemory<byte>>("up 1\n"u8.ToArray());
            first = false;
            throw new InvalidOperationException("as if");
        });
        Assert.Equal("", await Ask(at, "GET /metrics HTTP/1.1\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await Ask(at, "GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    private MetricsServer Start(string[] places, Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>>> render)
    {
        var server = new MetricsServer(places, render, TimeProvider.System, NullLogger<MetricsServer>.Instance);
        _running = server.Run(_stopping.Token);
        return server;
    }

    private async Task<IPEndPoint> Serve(Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>>> render)
    {
        var server = Start(["127.0.0.1:0"], render);
        await Until(() => server.Listening.Count == 1);
        return server.Listening.Single();
    }

    private static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds()) await Task.Delay(5, patience.Token);
    }

    private static async Task<Socket> Connect(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(at);
        return socket;
    }

    private static async Task<int> Receive(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            return await socket.ReceiveAsync(new byte[100], patience.Token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task<string> Ask(IPEndPoint at, string request)
    {
        using var socket = await Connect(at);
        var said = new StringBuilder();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), patience.Token);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read) said.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // hung up
        }
        return said.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }
}
