using System.Diagnostics.CodeAnalysis;
using Contracts.Vocabulary;

namespace Contracts.Bus;

/// <summary>What a connection is called at the broker, so that a hint about it can be brought to the process it belonged to.</summary>
public static class ClientNames
{
    private const string AgentPrefix = "arbiter-agent";

    /// <summary><c>arbiter-agent/lb1/8c2f</c>; the link adds <c>/publish</c> and <c>/consume</c>.</summary>
    public static string Agent(NodeId node, string process) => $"{AgentPrefix}/{node}/{process}";

    /// <summary>The node and process of an agent's connection. False for every other name: it is what the client chose to say of itself.</summary>
    public static bool TryParseAgent(string name, out NodeId node, [NotNullWhen(true)] out string? process)
    {
        (node, process) = (default, null);
        var parts = name.Split('/', 5);
        if (parts is not [AgentPrefix, var who, { Length: > 0 and <= Wire.WireLimits.MaxId } run, "publish" or "consume"] || !NodeId.TryParse(who, out node)) return false;
        process = run;
        return true;
    }
}
