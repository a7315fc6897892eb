using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

/// <summary>Against a real haproxy: one server that is up, one that is down, and what an operator does to them.</summary>
[Trait("tier", "integration")]
public sealed class HaproxySocketProbeTests : IDisposable
{
    private readonly Box _box = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _web1 = new(IPAddress.Loopback, 0);
    private readonly List<Task> _running = [];
    private Process? _haproxy;

    private string Socket => _box.At("h.sock");

    private void StartHaproxy(string level = "admin")
    {
        _web1.Start();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        File.WriteAllText(_box.At("haproxy.cfg"), $"""
            global
              stats socket {Socket} mode 600 level {level}
              maxconn 50
            defaults
              mode tcp
              timeout connect 1s
              timeout client 1s
              timeout server 1s
            backend web
              server up1 127.0.0.1:{((IPEndPoint)_web1.LocalEndpoint).Port} check inter 100ms rise 1 fall 1
              server down1 127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port} check inter 100ms rise 1 fall 1
            backend plain
              server nocheck1 127.0.0.1:9
            listen l
              bind {_box.At("l.sock")}

            """);
        closed.Stop();
        _haproxy = _box.Start("/usr/sbin/haproxy", "-f", _box.At("haproxy.cfg"), "-db");
    }

    private HaproxySocketProbe Probe(string? backend, int minUp = 1, int intervalMs = 50, int deadlineMs = 1000)
    {
        var probe = new HaproxySocketProbe(Samples.Probe("stats") with
        {
            HaproxySocket = Socket, Backend = backend, MinUp = minUp, Interval = TimeSpan.FromMilliseconds(intervalMs), Deadline = TimeSpan.FromMilliseconds(deadlineMs),
        }, _box.Clock, _box.Inbox, TimeProvider.System);
        _running.Add(probe.Run(_stopping.Token));
        return probe;
    }

    private Task<Input.ProbeSampled> Until(SampleResult result, string reason) =>
        _box.Next<Input.ProbeSampled>(s => s.Result == result && s.Reason.StartsWith(reason, StringComparison.Ordinal), 30_000);

    private string Tell(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Socket));
        socket.Send(Encoding.ASCII.GetBytes(command + "\n"));
        var answer = new byte[4096];
        return Encoding.ASCII.GetString(answer, 0, socket.Receive(answer)).Trim();
    }

    [Fact]
    public async Task Servers_are_counted_and_drain_and_maintenance_take_them_out()
    {
        StartHaproxy();
        var probe = Probe("web");
        var good = await Until(SampleResult.Good, "1 of 2 servers up; down1 DOWN");
        Assert.Equal(("stats", "web"), (good.Probe, good.Target));
        Tell("set server web/up1 state drain");
        Assert.Contains("up1 DRAIN", (await Until(SampleResult.Bad, "0 of 2 servers up, 1 needed")).Reason);
        Tell("set server web/up1 state maint");
        Assert.Contains("up1 MAINT", (await _box.Next<Input.ProbeSampled>(s => s.Reason.Contains("up1 MAINT", StringComparison.Ordinal))).Reason);
        Tell("set server web/up1 state ready");
        await Until(SampleResult.Good, "1 of 2 servers up");
        _web1.Stop();
        Assert.Contains("up1 DOWN (L4CON)", (await Until(SampleResult.Bad, "0 of 2")).Reason);

        var stats = (await probe.Newest(_stopping.Token))!;
        Assert.True(stats.Answers);
        Assert.InRange(stats.ReadAt, TimeSpan.Zero, _box.Clock.Now);
        var row = stats.Rows.Single(r => r.Proxy == "web" && r.Name == "up1");
        Assert.Equal((HaproxyRowKind.Server, "tcp", "Connection refused"), (row.Kind, row["mode"], row["last_chk"]));
        Assert.True(int.Parse(row["chkdown"], CultureInfo.InvariantCulture) >= 1);
        Assert.True(stats.Table!.Columns.Count > 80);
    }

    [Fact]
    public async Task A_server_without_a_check_counts_and_a_backend_that_is_not_there_is_bad_by_name()
    {
        StartHaproxy();
        Probe("plain");
        await Until(SampleResult.Good, "1 of 1 servers up");
        Probe("wep");
        await Until(SampleResult.Bad, "haproxy has no backend 'wep'; it has web, plain, l");
    }

    [Fact]
    public async Task A_stopped_haproxy_is_bad_at_the_deadline_and_back_when_it_goes_on()
    {
        StartHaproxy();
        var probe = Probe(null, deadlineMs: 200);
        Assert.StartsWith("HAProxy ", (await Until(SampleResult.Good, "HAProxy ")).Reason);
        Box.Sh($"kill -STOP {_haproxy!.Id}");
        // its queue takes the connections: only the answer is missing
        var hung = await Until(SampleResult.Bad, "no answer in 200 ms: haproxy hangs");
        Assert.InRange(hung.Took.TotalMilliseconds, 195, 3000);
        // only a sign of life is asked for: whether there are figures is not known
        Assert.False(probe.Reads(Socket));
        Assert.Null(await probe.Newest(_stopping.Token));
        // and when the queue is full, connecting fails at once
        await Until(SampleResult.Bad, "the queue of ");
        Box.Sh($"kill -CONT {_haproxy.Id}");
        await Until(SampleResult.Good, "HAProxy ");
    }

    [Fact]
    public async Task A_killed_haproxy_leaves_a_socket_without_a_listener_and_a_stopped_one_none()
    {
        Probe("web");
        await Until(SampleResult.Bad, $"no socket at {Socket}: haproxy does not run");
        StartHaproxy();
        await Until(SampleResult.Good, "1 of 2");
        _haproxy!.Kill();
        await Until(SampleResult.Bad, $"nobody listens at {Socket}: haproxy is gone and left the file");
    }

    [Fact]
    public async Task Something_else_behind_the_socket_is_bad_and_shown()
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(Socket));
        server.Listen(5);
        Probe("web", intervalMs: 20);
        await Answer("what\u001b[31m?\n");
        await Until(SampleResult.Bad, "the answer is no statistics: what [31m?");
        await Answer("Permission denied\n");
        await Until(SampleResult.Unknown, "haproxy refuses the command");
        await Answer("");
        await Until(SampleResult.Bad, "closed without an answer");

        async Task Answer(string text)
        {
            using var connection = await server.AcceptAsync();
            _ = await connection.ReceiveAsync(new byte[64]);
            await connection.SendAsync(Encoding.UTF8.GetBytes(text));
            connection.Shutdown(SocketShutdown.Both);
        }
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off_and_unknown()
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(Socket));
        server.Listen(5);
        Probe("web", intervalMs: 10_000, deadlineMs: 5000);
        using var connection = await server.AcceptAsync();
        var sent = 0L;
        try
        {
            while (sent < 100 << 20) sent += await connection.SendAsync(new byte[64 * 1024]);
        }
        catch (SocketException)
        {
        }
        Assert.InRange(sent, HaproxySocket.MostBytes, HaproxySocket.MostBytes + (1 << 20));
        await Until(SampleResult.Unknown, "the answer is longer than 2 MB");
    }

    public void Dispose()
    {
        _stopping.Cancel();
        Task.WaitAll([.. _running]);
        _web1.Stop();
        _stopping.Dispose();
        _box.Dispose();
    }
}
