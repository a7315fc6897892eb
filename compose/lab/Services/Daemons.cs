using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Lab.Hosts;

namespace Lab.Services;

internal sealed class Haproxy() : Service("haproxy", "haproxy", "lb1", "lb2")
{
    public const string Configuration = "/etc/haproxy/haproxy.cfg";

    public override Task Start(Host host) => host.Spawn("haproxy", "haproxy", "-db", "-f", Configuration);

    /// <summary>A new process takes the listeners over, the old one ends after its last connection: they overlap.</summary>
    public async Task Reload(Host host)
    {
        var old = HostProcesses.Find(host, Process);
        var inside = await host.Must("pidof", "haproxy");
        await host.Spawn("haproxy", ["haproxy", "-db", "-f", Configuration, "-sf", .. inside.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]);
        await Ended(host, old);
    }
}

internal sealed class Keepalived() : Service("keepalived", "keepalived", "lb1", "lb2")
{
    public const string Configuration = "/etc/keepalived/keepalived.conf";
    public const string PidFile = "/run/keepalived.pid";

    /// <summary>Pid files of a killed keepalived would delay the start by 5 s or refuse it.</summary>
    public override async Task Start(Host host)
    {
        foreach (var file in Directory.EnumerateFiles(host.Path("/run"), "*.pid")) File.Delete(file);
        await host.Spawn("keepalived", "keepalived", "-n", "-l", "-D", "-f", Configuration, "-p", PidFile, "-r", "/run/keepalived_vrrp.pid");
    }
}

internal sealed class Nginx() : Service("nginx", "nginx", "web1", "web2")
{
    public const string Configuration = "/etc/nginx/lab.conf";

    public override Task Start(Host host) => host.Spawn("nginx", "nginx", "-c", Configuration);
}

internal sealed class Redis() : Service("redis", "redis-server", "redis1", "redis2", "redis3")
{
    public const string Configuration = "/etc/arbiter/redis.conf";
    public const int Port = 6379;

    /// <summary>Keeps nothing on disk: a Redis that starts is empty.</summary>
    public override Task Start(Host host) => host.Spawn("redis", "redis-server", Configuration);

    public override Task Ready(Host host) => Listener.Wait(host, Port, TimeSpan.FromSeconds(10));
}

internal sealed class RabbitMq() : Service("rabbitmq", "beam.smp", "mq")
{
    public const int Port = 5672;

    public override Task Start(Host host) => host.Spawn("rabbitmq", "setpriv", "--reuid", "rabbitmq", "--regid", "rabbitmq", "--clear-groups",
        "env", "HOME=/var/lib/rabbitmq", "RABBITMQ_NODENAME=rabbit@localhost", "RABBITMQ_LOG_BASE=/var/log/rabbitmq",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+sbwt none +sbwtdcpu none +sbwtdio none", "rabbitmq-server");

    public override Task Ready(Host host) => Listener.Wait(host, Port, TimeSpan.FromSeconds(60));

    /// <summary>The broker is alone on its host: the virtual machine, its port mapper and its helpers all go, only what keeps PID 1 stays.</summary>
    public override IReadOnlyList<int> Victims(Host host) => [.. HostProcesses.Find(host, name: null).Except(HostProcesses.Find(host, "sleep"))];
}

/// <summary>Waits until something on a host accepts connections.</summary>
internal static class Listener
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <exception cref="LabError">Nobody listened in time.</exception>
    public static async Task Wait(Host host, int port, TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var attempt = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                await using var _ = await host.Connect(new IPEndPoint(IPAddress.Loopback, port), attempt.Token);
                return;
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                if (clock.Elapsed > within) throw new LabError($"{host.Name}: nothing listens on port {port} after {within.TotalSeconds} s; see 'lab logs {host.Name}'");
                await Task.Delay(Again);
            }
        }
    }
}
