using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

/// <summary>What is believed of a node whose agent was restarted: each process numbers its transitions anew.</summary>
public sealed class MemberViewTests
{
    private static readonly GroupName Group = GroupName.Parse("web");
    private static readonly NodeId Node = NodeId.Parse("lb1");

    [Fact]
    public void A_role_that_a_restarted_agent_sees_is_believed_although_its_numbers_begin_anew()
    {
        var view = new MemberView(new Member(Node, 1))
            .Hear(Said("old", VrrpRole.Backup, counter: 8), Group, TimeSpan.FromSeconds(1))
            .Hear(Said("new", VrrpRole.Backup, counter: 0), Group, TimeSpan.FromSeconds(5))
            .Observe(Saw("new", VrrpRole.Master, counter: 1), TimeSpan.FromSeconds(6));
        Assert.Equal(VrrpRole.Master, view.Role(TimeSpan.FromSeconds(6)));

        view = view.Hear(Said("new", VrrpRole.Master, counter: 1, seq: 2), Group, TimeSpan.FromSeconds(7));
        Assert.Equal(VrrpRole.Master, view.Role(TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void An_event_that_a_transition_of_the_same_agent_overtook_does_not_take_it_back()
    {
        var view = new MemberView(new Member(Node, 1))
            .Hear(Said("one", VrrpRole.Backup, counter: 8), Group, TimeSpan.FromSeconds(1))
            .Observe(Saw("one", VrrpRole.Master, counter: 9), TimeSpan.FromSeconds(2))
            .Hear(Said("one", VrrpRole.Backup, counter: 8, seq: 2), Group, TimeSpan.FromSeconds(3));
        Assert.Equal(VrrpRole.Master, view.Role(TimeSpan.FromSeconds(3)));
    }

    private static HealthEvent Said(string process, VrrpRole role, long counter, long seq = 1)
    {
        var model = new NodeModel(Node, 240);
        for (var i = 1; i < seq; i++) model.Report(TimeSpan.Zero, Group, process);
        var said = model.Report(TimeSpan.Zero, Group, process);
        RoleTransition[] transitions = counter == 0 ? [] : [new RoleTransition(said.BootId, counter, role, 0)];
        return said with { Groups = [said.Groups[0] with { Role = role, Transitions = transitions }] };
    }

    private static RoleObserved Saw(string process, VrrpRole role, long counter) => new()
    {
        V = IMessage.CurrentVersion,
        Cluster = NodeModel.Cluster,
        Node = Node,
        Process = process,
        BootId = $"{Node}-boot",
        Counter = counter,
        Group = Group,
        Role = role,
        VipPresent = role == VrrpRole.Master,
        AgeMs = 0,
    };
}
