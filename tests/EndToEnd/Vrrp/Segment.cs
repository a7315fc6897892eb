using Lab;
using Lab.Measuring;
using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>Three small hosts on one bridge, with nothing but keepalived: where one story after the other is played. Others stand beside it unheard.</summary>
internal sealed class Segment : IAsyncDisposable
{
    private const string Rules = """
        table bridge story {
          set pairs { type ifname . ifname; }
          chain frames {
            type filter hook forward priority 0; policy accept;
            meta iifname . meta oifname @pairs drop
          }
        }
        """;

    public static readonly IReadOnlyList<string> Names = ["lb1", "lb2", "lb3"];

    private readonly Dictionary<string, NodeShell> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FifoReader> _said = new(StringComparer.Ordinal);
    private NodeShell? _bridge;
    private VipWatch? _watch;

    private NodeShell Bridge => _bridge ?? throw new InvalidOperationException("the segment is not built");

    /// <summary>When the address came and went, on <see cref="Clock"/>.</summary>
    public IReadOnlyList<VipChange> Changes => _watch?.Changes ?? [];

    public NodeShell Node(string name) => _nodes[name];

    public FifoReader Said(string name) => _said[name];

    public static async Task<Segment> Build()
    {
        var segment = new Segment();
        try
        {
            await segment.Fill();
            return segment;
        }
        catch
        {
            await segment.DisposeAsync();
            throw;
        }
    }

    private async Task Fill()
    {
        _bridge = await NodeShell.Start("bridge", processes: false);
        await Bridge.Do($"ip link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0 && ip link set br0 up && nft -f - <<'END'\n{Rules}\nEND");
        foreach (var name in Names)
        {
            var node = _nodes[name] = await NodeShell.Start(name, processes: true);
            await Bridge.Do($"ip link add {name} type veth peer name eth0 netns {node.Host.Init} && ip link set {name} master br0 up");
            // where the kernel allows it, what else the machine does is kept out of elections that last a millisecond
            await node.Do("chrt -r -p 10 $$ >/dev/null 2>&1 || true");
            // without a syslog daemon libc writes each line to the console as well, longer than an election lasts
            await node.Do($"""
                mount -t tmpfs story /run && mount -t tmpfs story /tmp && mkdir {NodeConf.Folder} && mkfifo -m 600 {NodeConf.Fifo} &&
                {"{"} mount --bind /dev/null /dev/console || true; {"}"} && hostname {name} && sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&
                ip link set lo up && ip addr add {NodeConf.Address(name)}/{NodeConf.Prefix} dev eth0 && ip link set eth0 up
                """);
            _said[name] = new FifoReader(node.Host);
        }
        _watch = new VipWatch([.. _nodes.Values.Select(n => n.Host)], NodeConf.Vip);
    }

    /// <summary>Nothing of the last story is left: no process, no address, no file, no cut.</summary>
    public async Task Clear()
    {
        await Bridge.Do("nft flush set bridge story pairs && " + string.Join(" && ", Names.Select(n => $"ip link set {n} up")));
        foreach (var node in _nodes.Values)
        {
            await node.Do($"""
                pkill -KILL keepalived; wait; ip addr del {NodeConf.Vip}/{NodeConf.Prefix} dev eth0 2>/dev/null
                cd {NodeConf.Folder} && rm -f keepalived.conf priority fence log pid child.pid; cd /
                """);
        }
    }

    public Task Plug(string node, bool plugged) => Bridge.Do($"ip link set {node} {(plugged ? "up" : "down")}");

    public Task Cut(string a, string b, bool cut) =>
        Bridge.Do($$"""nft '{{(cut ? "add" : "delete")}} element bridge story pairs { "{{a}}" . "{{b}}", "{{b}}" . "{{a}}" }'""");

    /// <summary>Only after the old process is gone: keepalived refuses to start beside itself, and its pid files would delay it by 5 s.</summary>
    public Task Start(string node) => Node(node).Do(
        $"wait; rm -f {NodeConf.Pid} {NodeConf.ChildPid}; keepalived -n -l -D -f {NodeConf.Conf} -p {NodeConf.Pid} -r {NodeConf.ChildPid} </dev/null >>{NodeConf.Log} 2>&1 &");

    /// <param name="processes">The pid files of those who get it.</param>
    public Task Signal(string node, string signal, params string[] processes) =>
        Node(node).Do(string.Concat(processes.Select((file, i) => $"read p{i} <{file}; ")) + $"kill -{signal} {string.Join(' ', processes.Select((_, i) => $"$p{i}"))}");

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        foreach (var said in _said.Values) said.Dispose();
        foreach (var node in _nodes.Values) await node.DisposeAsync();
        if (_bridge is not null) await _bridge.DisposeAsync();
    }
}
