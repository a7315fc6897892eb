using Contracts.Configuration;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Configuration;

/// <summary>arbiter.yaml into <see cref="ArbiterOptions"/>: every problem at once, no options with a single error (docs/configuration.md).</summary>
internal static class ArbiterConfiguration
{
    /// <summary><c>ARBITER__quorum__redis__0=redis1:6379</c> overrides <c>quorum.redis[0]</c>.</summary>
    public const string OverridePrefix = "ARBITER";

    /// <param name="hostName">This machine's name; up to the first dot and in lower case it is the default of <c>replica</c>.</param>
    public static ConfigurationResult<ArbiterOptions> Load(string path, ConfigurationEnvironment environment, string hostName) =>
        Read(ConfigurationDocument.Load(path, OverridePrefix, environment), hostName);

    /// <param name="file">The name that problems show.</param>
    public static ConfigurationResult<ArbiterOptions> Parse(
        string text, ConfigurationEnvironment environment, string hostName, string file = "arbiter.yaml") =>
        Read(ConfigurationDocument.Parse(text, file, OverridePrefix, environment), hostName);

    private static string? ReadKey(Value value)
    {
        if (value.Secret() is not { } text) return null;
        if (KeyRing.TryParse(text, out _, out var errors)) return text;
        value.Wrong($"is no cluster key ({string.Join("; ", errors)}): write lines of keyId:base64 of 32 bytes, docs/operating.md shows how to make one");
        return null;
    }

    private static ConfigurationResult<ArbiterOptions> Read(ConfigurationDocument document, string hostName)
    {
        if (document.Root is not { } root) return document.Finish<ArbiterOptions>(null);
        var cluster = ReadCluster(root.Required("cluster", "give the cluster's name, the same as in every agent.yaml"));
        var replica = ReadReplica(root.Optional("replica"), hostName);
        var (uri, password) = BrokerSection.Read(root);
        var quorum = QuorumReader.Read(root);
        var key = root.Required("security", "give { clusterKey: \"${file:/etc/arbiter/cluster.key}\" }").Section() is { } security
            ? ReadKey(security.Required("clusterKey", "give the cluster's key, best as \"${file:/etc/arbiter/cluster.key}\"")) : null;
        var (listen, hosts, metrics) = HttpReader.Read(root);
        var keep = ReadKeep(root);
        var groups = GroupReader.Read(root);
        if (groups is not null) OrderRoom.Check(groups, root.Optional("groups"));
        var receivers = ReceiverReader.Read(root, out var receiverNames);
        var routes = RouteReader.Read(root, receiverNames, groups);
        root.Later("profile");
        if (cluster is null || replica is null || uri is null || password is null || quorum is null || key is null || groups is null || receivers is null || routes is null)
            return document.Finish<ArbiterOptions>(null);
        return document.Finish(new ArbiterOptions
        {
            Cluster = cluster.Value,
            Replica = replica,
            RabbitMqUri = uri,
            RabbitMqPassword = password,
            Quorum = quorum,
            ClusterKey = key,
            HttpListen = listen,
            HttpHosts = hosts,
            HttpMetrics = metrics,
            Groups = groups,
            Receivers = receivers,
            Routes = routes,
            HistoryKeep = keep,
        });
    }

    private static ClusterName? ReadCluster(Value value)
    {
        if (value.Text("a name", 200) is not { } text) return null;
        if (ClusterName.TryParse(text, out var name)) return name;
        value.Wrong($"is no cluster name: {Names.Rule}");
        return null;
    }

    private static string? ReadReplica(Value value, string hostName)
    {
        if (value.Present)
        {
            if (value.Text("a name", 200) is not { } text) return null;
            if (Names.IsValid(text)) return text;
            value.Wrong($"is no replica name: {Names.Rule}");
            return null;
        }
        var host = hostName.Split('.')[0].ToLowerInvariant();
        if (Names.IsValid(host)) return host;
        value.Wrong($"is missing, and this host's name is of no use: {Names.Rule}; give each replica a name of its own");
        return null;
    }

    private static TimeSpan ReadKeep(Section root)
    {
        var standard = TimeSpan.FromDays(90);
        return root.Optional("history").Section()?.Optional("keep").Duration(TimeSpan.FromDays(1), TimeSpan.FromDays(3650)) ?? standard;
    }
}
