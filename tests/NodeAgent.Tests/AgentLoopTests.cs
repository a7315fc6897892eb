using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Persistence;
using NodeAgent.Reporting;

namespace NodeAgent.Tests;

/// <summary>The real loop between a real notify socket, real files and a link in memory.</summary>
public sealed class AgentLoopTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("agent-loop").FullName;

    [Fact]
    public async Task systemd_hears_ready_and_a_watchdog_from_the_loop_itself_and_stopping_at_the_end()
    {
        var path = Path.Combine(_directory, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        using var systemd = new SystemdNotifier(path, "400000", null);
        using var stopping = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var running = Run(systemd, stopping.Token);

        Assert.StartsWith("READY=1", await Next(socket, stopping.Token), StringComparison.Ordinal);
        Assert.Equal("WATCHDOG=1", await Next(socket, stopping.Token));
        Assert.Equal("WATCHDOG=1", await Next(socket, stopping.Token));
        await stopping.CancelAsync();
        await running;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string said;
        do said = await Next(socket, patience.Token);
        while (said == "WATCHDOG=1");
        Assert.StartsWith("STOPPING=1", said, StringComparison.Ordinal);
        Assert.Equal("0", (await File.ReadAllTextAsync(Path.Combine(_directory, "fence"), patience.Token)).Trim());
    }

    private async Task Run(SystemdNotifier systemd, CancellationToken stopping)
    {
        var options = Options();
        var clock = new ProcessClock(TimeProvider.System);
        var inbox = Channel.CreateBounded<Input>(AgentLoop.InboxSize);
        var keys = KeyRing.Parse($"k1:{Convert.ToBase64String(new byte[32])}");
        await using var link = new InMemorySteeringLink(new InMemoryBroker(TimeProvider.System), "lb1", []);
        await using var obeyed = new ObeyedWriter(new ObeyedStore(_directory), clock, inbox.Writer);
        using var files = new SteeringFiles();
        using var downFiles = new DownFiles(options.Groups, clock, inbox.Writer);
        var reporter = new Reporter(link, new MessageCodec(options.Cluster), new MessageSigner(keys, Direction.Agent), options.Node, NullLogger<Reporter>.Instance);
        var loop = new AgentLoop(
            AgentState.Create(options, "p1", "b1"), inbox, clock, files, downFiles, reporter, obeyed, [], [], systemd, TimeProvider.System, NullLogger<AgentLoop>.Instance);
        // a fence of an earlier life: a node that ends leaves none behind
        await File.WriteAllTextAsync(options.Groups[0].FenceFile, "1\n", stopping);
        await loop.Run(new Input.Started(clock.Now, [new GroupAtStart(options.Groups[0].Group, 1, 0, false, true, null, null)]), stopping);
    }

    private static async Task<string> Next(Socket socket, CancellationToken stopping)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, stopping));
    }

    private AgentOptions Options() => new()
    {
        Cluster = ClusterName.Parse("test"),
        Node = NodeId.Parse("lb1"),
        RabbitMq = new BrokerOptions(new Uri("amqp://lb1@localhost"), ""),
        Key = "",
        Probes = [],
        Groups =
        [
            new AgentGroupOptions
            {
                Group = GroupName.Parse("web"), Instance = "VI_1", Interface = "lo", Vips = ["172.20.0.248/16"], Base = 240, Sick = 140,
                FenceFile = Path.Combine(_directory, "fence"), PriorityFile = Path.Combine(_directory, "priority"),
                NotifyFifo = Path.Combine(_directory, "fifo"), Probes = [], IsolationProbes = [],
            },
        ],
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
