using Arbiter.Intake;
using Arbiter.Tests.Groups;
using Arbiter.Tests.Core;
using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Tests.Intake;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("not signed", "signature")]
    [InlineData("another node's key", "signature")]
    [InlineData("another node's name", "wrong-user")]
    [InlineData("no node of ours", "unknown-node")]
    [InlineData("garbage, well signed", "malformed")]
    public async Task Bad_mail_is_one_log_line_and_changes_nothing(string what, string reason)
    {
        await using var house = await House.Start();
        var agent = house.Connect("lb1");
        var lb1 = NodeId.Parse("lb1");
        var (good, body) = (agent.Signer, new byte[] { 1, 2, 3 });
        var foreign = new MessageSigner(KeyRing.Parse($"k1:{Convert.ToBase64String(new byte[32])}").DeriveNode(lb1), Direction.Agent);
        Envelope bad = what switch
        {
            "not signed" => MessageSigner.Unsigned(Routes.HealthExchange, Routes.Health(lb1), body),
            "another node's key" => foreign.Sign(Routes.HealthExchange, Routes.Health(lb1), body),
            "another node's name" => good.Sign(Routes.HealthExchange, Routes.Health(NodeId.Parse("lb2")), body),
            "no node of ours" => good.Sign(Routes.HealthExchange, Routes.Health(NodeId.Parse("lb9")), body),
            _ => good.Sign(Routes.HealthExchange, Routes.Health(lb1), body),
        };
        for (var i = 0; i < 5; i++) agent.Send(bad);

        // a good one behind it: taken, so the bad ones are through
        agent.Report();
        var status = await house.Until(s => s.Nodes.Any(n => n.Event is not null));
        Assert.Equal(lb1, Assert.Single(status.Nodes, n => n.Event is not null).Node);
        Assert.Single(house.Log.Lines, l => l.Contains("was refused", StringComparison.Ordinal) && l.Contains($"({reason})", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flood_of_results_and_transitions_does_not_keep_the_level_out()
    {
        await using var house = await House.Start();
        var agent = house.Connect("lb1");
        var lb1 = NodeId.Parse("lb1");
        var codec = new MessageCodec(NodeModel.Cluster);
        // made before, so that nothing refills meanwhile
        var level = agent.Signer.Sign(Routes.HealthExchange, Routes.Health(lb1), codec.Encode(agent.Model.Report(TimeSpan.FromSeconds(100), GroupName.Parse("web"))));
        var role = codec.Encode(new RoleObserved
        {
            V = 1, Cluster = NodeModel.Cluster, Node = lb1, Process = "p", BootId = "b", Counter = 1,
            Group = GroupName.Parse("web"), Role = VrrpRole.Backup, VipPresent = false, AgeMs = 0,
        });
        var flood = agent.Signer.Sign(Routes.StateExchange, Routes.State(lb1), role);
        for (var i = 0; i < 300; i++) agent.Send(flood);

        agent.Send(level);

        await house.Until(s => s.Nodes.Any(n => n.Event?.Node == lb1));
        Assert.Contains(house.Log.Lines, l => l.Contains("(too-many)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bucket_lets_the_burst_and_then_the_rate_through()
    {
        var bucket = new TokenBucket(20, 60);
        Assert.Equal(60, Enumerable.Range(0, 100).Count(_ => bucket.Take(TimeSpan.Zero)));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => bucket.Take(TimeSpan.FromMilliseconds(500))));
    }

    [Fact]
    public void A_sampler_says_the_first_and_then_how_many_were_kept_quiet()
    {
        var sampler = new Sampler();
        Assert.Equal(0, sampler.Due("a", TimeSpan.Zero));
        Assert.Null(sampler.Due("a", TimeSpan.FromSeconds(1)));
        Assert.Null(sampler.Due("a", TimeSpan.FromSeconds(9)));
        Assert.Equal(2, sampler.Due("a", TimeSpan.FromSeconds(11)));
        Assert.Equal(0, sampler.Due("b", TimeSpan.FromSeconds(11)));
    }
}
