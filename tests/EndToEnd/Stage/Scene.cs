using System.Diagnostics;
using System.Globalization;
using Lab;
using Lab.Configuration;
using Lab.Control;
using Lab.Faults;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stage;

/// <summary>The lab that stands, the client that connects all the time, and what a story does and looks at.</summary>
internal sealed class Scene : IDisposable
{
    private static readonly TimeSpan ArmedWithin = TimeSpan.FromSeconds(90);
    /// <summary>Until the other one has the VIP, where how long it took is judged by what the client saw.</summary>
    public static readonly TimeSpan Taken = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private readonly HttpClientLoop _client;
    private readonly VipWatch _watch;
    private readonly Armed _armed;

    public Scene(Laboratory lab)
    {
        Lab = lab;
        _client = new HttpClientLoop(lab.Host("client"), Topology.Vip);
        _watch = new VipWatch([.. lab.Balancers], Topology.Vip);
        _armed = new Armed(lab);
        Api = new ArbiterApi(lab);
    }

    public Laboratory Lab { get; }
    public ArbiterApi Api { get; }
    public Figures Figures { get; } = new();

    public static string Other(string balancer) => Topology.OtherBalancer(balancer);

    /// <summary>Heals everything and waits until armed.</summary>
    /// <returns>The holder.</returns>
    public async Task<string> Calm()
    {
        await Lab.Heal();
        return await Rearmed();
    }

    public Task<string> Rearmed() => _armed.Wait(ArmedWithin);

    /// <summary>Armed, and this balancer holds: by a fault at the other one when need be.</summary>
    public async Task CalmOn(string wanted)
    {
        if (await Calm() == wanted) return;
        await Strike("kill-haproxy", Other(wanted));
        await Until(() => Lab.VipOwners is [var owner] && owner == wanted, Taken, $"{wanted} takes the VIP");
        var holder = await Calm();
        Assert.Equal(wanted, holder);
    }

    /// <returns>The moment just before the blow.</returns>
    public async Task<long> Strike(string fault, string? argument = null)
    {
        var blow = await FaultPlan.Parse(fault, argument).Aim(Lab);
        var at = Clock.Now;
        await blow();
        return at;
    }

    public Host Host(string name) => Lab.Host(name);

    public async Task Start(Service service, string host)
    {
        await service.Start(Host(host));
        await service.Ready(Host(host));
    }

    /// <summary>Everything from a moment until now, after the last requests had their time to fail.</summary>
    public async Task<Seen> SeenSince(long from, string holder)
    {
        var to = Clock.Now;
        await Task.Delay(TimeSpan.FromMilliseconds(HttpClientLoop.Deadline / Clock.Millisecond + 20));
        return Seen.Of(_client.Ended, _watch.Changes, holder, from, to);
    }

    public Seen SeenBetween(long from, long to, string holder) => Seen.Of(_client.Ended, _watch.Changes, holder, from, to);

    public IReadOnlyList<VipChange> VipChanges => _watch.Changes;

    public bool Fenced(string host) => Number(host, KeepalivedConf.FenceFile) != 0;

    /// <summary>Base and priority file together, as keepalived adds them.</summary>
    public int Priority(string host) => Topology.BasePriority(host) + Number(host, KeepalivedConf.PriorityFile);

    public bool Holds(string host) => Lab.VipOwners is [var owner] && owner == host;

    public async Task<TimeSpan> Until(Func<bool> holds, TimeSpan within, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            if (clock.Elapsed > within) Assert.Fail($"not within {within.TotalSeconds:0.#} s: {what}");
            await Task.Delay(PollEvery);
        }
        return clock.Elapsed;
    }

    /// <summary>For what is over in a millisecond: burns a processor, so only for moments.</summary>
    public static bool Spin(Func<bool> holds, TimeSpan within)
    {
        var until = Clock.Now + within.Ticks * 100;
        while (!holds())
        {
            if (Clock.Now > until) return false;
            Thread.Yield();
        }
        return true;
    }

    /// <summary>The log of a daemon from now on.</summary>
    public LogTail Log(string host, string name) => new(Path.Combine(Lab.Paths.LogFolder(host), name + ".log"));

    public string LastWords(int lines)
    {
        (string Host, string Name)[] logs = [("lb1", "agent"), ("lb2", "agent"), ("arb1", "arbiter"), ("arb2", "arbiter"), ("lb1", "keepalived"), ("lb2", "keepalived")];
        return string.Concat(logs.Select(log =>
        {
            var file = Path.Combine(Lab.Paths.LogFolder(log.Host), log.Name + ".log");
            return $"==> {log.Host} {log.Name} <==\n{(File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(lines)) : "no log")}\n";
        }));
    }

    public void Dispose()
    {
        _client.Dispose();
        _watch.Dispose();
        _armed.Dispose();
        Api.Dispose();
    }

    private int Number(string host, string file) => int.TryParse(Host(host).Read(file)?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
