using System.Security.Cryptography;
using System.Text;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;
using Lab.Hosts;
using Lab.Native;
using Lab.Services;

namespace Lab.Configuration;

/// <summary>Writes every host's configuration; secrets are drawn anew for each lab and stand only inside its hosts.</summary>
internal sealed class HostFiles(LabPaths paths, LabOptions options, IReadOnlyDictionary<string, Host> hosts)
{
    private const string VirtualHost = "ha";
    private const string ArbiterUser = "arbiter";
    private const UnixFileMode Secret = UnixFileMode.UserRead;
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Script = Open | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const uint FifoMode = 0x180; // 0600

    public void Webs()
    {
        foreach (var web in Topology.Webs) hosts[web].Write(Nginx.Configuration, ServerConf.Nginx(web));
    }

    public void Balancers()
    {
        foreach (var name in Topology.Balancers)
        {
            if (options.Mode == LabMode.Seed) Seed(hosts[name]);
            else if (options.DownFile) SteeredByDownFile(hosts[name]);
            else Steered(hosts[name]);
        }
    }

    /// <summary>The broker's, Redis', arbiters' and agents' files.</summary>
    public void ControlPlane()
    {
        var redisPassword = Password();
        var broker = ((string[])[ArbiterUser, .. Topology.Balancers, "witness"]).ToDictionary(user => user, _ => Password(), StringComparer.Ordinal);
        hosts["mq"].Write("/etc/rabbitmq/rabbitmq.conf", ServerConf.RabbitMq(VirtualHost));
        hosts["mq"].Write("/etc/rabbitmq/enabled_plugins", "[rabbitmq_event_exchange].\n");
        hosts["mq"].Write("/etc/rabbitmq/definitions.json", Broker(broker));
        foreach (var server in Topology.RedisServers) hosts[server].Write(Redis.Configuration, ServerConf.Redis(redisPassword, ArbiterYaml.Cluster));

        var clusterKey = KeyRing.Parse($"k1:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");
        var hook = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        foreach (var arbiter in Topology.Arbiters.Select(name => hosts[name]))
        {
            arbiter.Write(ArbiterYaml.Path, ArbiterYaml.Render(options));
            arbiter.Write(ArbiterYaml.KeyFile, clusterKey.ToSecretText(), Secret, ArbiterServer.User);
            arbiter.Write(ArbiterYaml.BrokerPasswordFile, broker[ArbiterUser] + "\n", Secret, ArbiterServer.User);
            arbiter.Write(ArbiterYaml.RedisPasswordFile, redisPassword + "\n", Secret, ArbiterServer.User);
            arbiter.Write(ArbiterYaml.HookSecretFile, hook + "\n", Secret, ArbiterServer.User);
        }
        foreach (var balancer in Topology.Balancers)
        {
            hosts[balancer].Write(AgentYaml.Path, AgentYaml.Render(balancer, options));
            hosts[balancer].Write(AgentYaml.PasswordFile, broker[balancer] + "\n", Secret, Agent.User);
            hosts[balancer].Write(AgentYaml.KeyFile, clusterKey.DeriveNode(NodeId.Parse(balancer)).ToSecretText(), Secret, Agent.User);
            hosts[balancer].Own("/var/lib/arbiter-agent", Agent.User);
        }
    }

    private static string Broker(Dictionary<string, string> passwords)
    {
        var definitions = new BrokerDefinitions(VirtualHost);
        foreach (var (user, password) in passwords)
        {
            var salt = RandomNumberGenerator.GetBytes(BrokerDefinitions.SaltBytes);
            if (user == ArbiterUser) definitions.AddArbiter(user, password, salt);
            else definitions.AddNode(NodeId.Parse(user), password, salt);
        }
        return Encoding.UTF8.GetString(definitions.ToJson());
    }

    private static void SteeringFolder(Host host)
    {
        host.Write(KeepalivedConf.PriorityFile, "0\n", Open, Agent.User);
        host.Write(KeepalivedConf.FenceFile, "0\n", Open, Agent.User);
        host.Own(KeepalivedConf.Folder, Agent.User);
        if (Libc.MakeFifo(host.Path(KeepalivedConf.Fifo), FifoMode) != 0) throw new LabError($"{host.Name}: cannot make {KeepalivedConf.Fifo}");
        host.Own(KeepalivedConf.Fifo, Agent.User);
    }

    private void Steered(Host host)
    {
        SteeringFolder(host);
        host.Write(Keepalived.Configuration, KeepalivedConf.Render(host.Name, options.Advert));
        host.Write(Haproxy.Configuration, ServerConf.Haproxy);
    }

    private void Seed(Host host)
    {
        host.Write(Keepalived.Configuration, ServerConf.Seed(paths, host.Name + ".conf"));
        host.Write(DownFileConf.ScriptFile, ServerConf.Seed(paths, "vrrp_script.sh"), Script);
        host.Write(Haproxy.Configuration, ServerConf.Seed(paths, "haproxy.cfg"));
    }

    private void SteeredByDownFile(Host host)
    {
        Seed(host);
        host.Write(Keepalived.Configuration, DownFileConf.Keepalived(paths, host.Name));
        host.Write(DownFileConf.ScriptFile, DownFileConf.Script, Script);
        Directory.CreateDirectory(host.Path(DownFileConf.Folder));
        host.Own(DownFileConf.Folder, Agent.User);
    }

    private static string Password() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
