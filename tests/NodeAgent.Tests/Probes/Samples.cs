using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Tests.Probes;

/// <summary>Options with every required field set; a deadline that matters to a test is the test's to set.</summary>
internal static class Samples
{
    public static ProbeOptions Probe(string name) => new()
    {
        Name = name, Class = ProbeClass.Hard, Interval = TimeSpan.FromMilliseconds(200), Deadline = TimeSpan.FromSeconds(10),
        Rise = 1, Fall = 1, HolderFall = 1,
    };

    public static AgentOptions Agent(params ProbeOptions[] probes) => new()
    {
        Cluster = ClusterName.Parse("edge"), Node = NodeId.Parse("lb1"), RabbitMq = new BrokerOptions(new Uri("amqp://127.0.0.1"), ""), Key = "",
        Probes = probes, Groups = [],
    };

    public static AgentGroupOptions Group(string name) => new()
    {
        Group = GroupName.Parse(name), Instance = "VI_1", Interface = "vip0", Vips = ["172.20.0.248/16"], Base = 240, Sick = 140,
        FenceFile = "/nowhere/fence", PriorityFile = "/nowhere/priority", NotifyFifo = "/nowhere/fifo", Probes = [], IsolationProbes = [],
    };
}
