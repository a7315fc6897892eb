using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using NodeAgent.Reporting;

namespace NodeAgent.Tests.Reporting;

public sealed class ReporterTests
{
    [Fact]
    public async Task A_message_that_cannot_be_written_does_not_end_the_loop_and_the_next_one_is_sent()
    {
        var broker = new InMemoryBroker(TimeProvider.System);
        await using var link = new InMemorySteeringLink(broker, "lb1", []);
        await using var arbiter = new InMemorySteeringLink(broker, "arbiter", [new LinkBinding(Routes.StateExchange, Routes.AllState)]);
        link.Attach();
        arbiter.Attach();
        var keys = KeyRing.Parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").DeriveNode(NodeId.Parse("lb1"));
        var reporter = new Reporter(link, new MessageCodec(ClusterName.Parse("edge")), new MessageSigner(keys, Direction.Agent), NodeId.Parse("lb1"), NullLogger<Reporter>.Instance);
        var role = new RoleObserved
        {
            V = 1, Cluster = ClusterName.Parse("edge"), Node = NodeId.Parse("lb1"), Process = "p", BootId = "b", Counter = 1,
            Group = GroupName.Parse("web"), Role = VrrpRole.Master, VipPresent = true, AgeMs = 0,
        };

        reporter.Publish(role with { AgeMs = -1 });
        reporter.Publish(role);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var happened in arbiter.Events.ReadAllAsync(deadline.Token))
            if (happened is LinkEvent.Received) return;
    }
}
