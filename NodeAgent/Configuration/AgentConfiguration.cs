using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>agent.yaml into <see cref="AgentOptions"/>: every problem at once, no options with a single error (docs/configuration.md).</summary>
internal static class AgentConfiguration
{
    /// <summary><c>ARBITER_AGENT__groups__web__base=240</c> overrides <c>groups.web.base</c>.</summary>
    public const string OverridePrefix = "ARBITER_AGENT";

    public static ConfigurationResult<AgentOptions> Load(string path, ConfigurationEnvironment environment) =>
        Read(ConfigurationDocument.Load(path, OverridePrefix, environment));

    /// <param name="file">The name that problems show.</param>
    public static ConfigurationResult<AgentOptions> Parse(string text, ConfigurationEnvironment environment, string file = "agent.yaml") =>
        Read(ConfigurationDocument.Parse(text, file, OverridePrefix, environment));

    private static ConfigurationResult<AgentOptions> Read(ConfigurationDocument document)
    {
        if (document.Root is not { } root) return document.Finish<AgentOptions>(null);
        var cluster = ReadCluster(root.Required("cluster", "give the cluster's name, the same as in arbiter.yaml"));
        var nodeValue = root.Required("node", "give this node's name, the same as under 'members' in arbiter.yaml");
        var node = ReadNode(nodeValue);
        var (uri, password) = BrokerSection.Read(root);
        WarnOfOtherUser(nodeValue, node, uri);
        var key = root.Required("key", "give the node's signing key, best as \"${file:/etc/arbiter/node.key}\"").Secret();
        var probes = ProbeReader.Read(root);
        var groups = GroupReader.Read(root, probes);
        var timings = TimingsReader.Read(root);
        var directory = FilePath.Read(root.Optional("stateDirectory")) ?? "/var/lib/arbiter-agent";
        var metrics = MetricsReader.Read(root);
        var keepalived = MetricsReader.ReadKeepalived(root);
        if (cluster is null || node is null || uri is null || password is null || key is null || probes is null || groups is null)
            return document.Finish<AgentOptions>(null);
        return document.Finish(new AgentOptions
        {
            Cluster = cluster.Value,
            Node = node.Value,
            RabbitMq = new BrokerOptions(uri, password),
            Key = key,
            Probes = probes.Good,
            Groups = groups,
            Timings = timings,
            StateDirectory = directory,
            Metrics = metrics,
            Keepalived = keepalived,
        });
    }

    private static ClusterName? ReadCluster(Value value)
    {
        if (value.Text("a name", 200) is not { } text) return null;
        if (ClusterName.TryParse(text, out var name)) return name;
        value.Wrong($"is no cluster name: {Names.Rule}");
        return null;
    }

    private static NodeId? ReadNode(Value value)
    {
        if (value.Text("a name", 200) is not { } text) return null;
        if (NodeId.TryParse(text, out var name)) return name;
        value.Wrong($"is no node name: {Names.Rule}");
        return null;
    }

    /// <summary>The broker's permissions are by user name, and a node may only speak as itself.</summary>
    private static void WarnOfOtherUser(Value value, NodeId? node, Uri? uri)
    {
        if (node is null || uri is null) return;
        var user = Uri.UnescapeDataString(uri.UserInfo);
        if (user != node.Value.Value)
            value.Doubtful($"the broker's user in rabbitmq.uri is not '{node}': its permissions allow a node to read and write only under its own name");
    }
}
