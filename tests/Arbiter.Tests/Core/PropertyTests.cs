using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

public sealed class PropertyTests
{
    [Fact]
    public void The_order_of_the_members_in_the_file_decides_nothing()
    {
        foreach (var file in ScriptTests.Files())
        {
            var steps = Script.Rewrite(File.ReadAllText(file)).Last.Steps;
            var rules = steps[0].Before.Rules;
            var turned = GroupState.Start(rules with { Members = [.. rules.Members.Reverse()] });
            foreach (var (_, input, step) in steps)
            {
                var other = Arbitration.Advance(turned, input);
                turned = other.State;
                Assert.Equal(step.Decision.Row, other.Decision.Row);
                Assert.Equal(step.Decision.Sentence, other.Decision.Sentence);
                Assert.Equal(step.Effects.AsEnumerable(), other.Effects.AsEnumerable());
            }
        }
    }

    [Fact]
    public void A_node_that_gets_worse_is_never_preferred_for_it()
    {
        var holder = new Found(VrrpRole.Master, false, SteeredRole.Holder, Health.Good, true);
        var compared = 0;
        foreach (var sick in new[] { Health.Good, Health.SoftBad, Health.HardBad })
        {
            foreach (var a in Worlds.All())
            {
                foreach (var b in Worlds.All().Where(f => f.Steered is SteeredRole.Untold or SteeredRole.Standby))
                {
                    var before = Choice(holder with { Health = sick }, a, b);
                    foreach (var worse in Worse(b))
                    {
                        compared++;
                        var after = Choice(holder with { Health = sick }, a, worse);
                        if (before.Standby != Worlds.Node(2) && after.Standby == Worlds.Node(2)) Assert.Fail($"armed for being worse\n{a}\n{b}\n{worse}");
                        if (before.Recorded != Worlds.Node(2) && after.Recorded == Worlds.Node(2)) Assert.Fail($"recorded for being worse\n{a}\n{b}\n{worse}");
                    }
                }
            }
        }
        Assert.True(compared > 10_000);
    }

    [Fact]
    public void A_fence_always_leaves_somebody_to_take_over()
    {
        foreach (var file in ScriptTests.Files())
            foreach (var (_, _, step) in Script.Rewrite(File.ReadAllText(file)).Last.Steps)
                Assert.All(step.State.Ordered.Values.Where(o => o.Role == OrderedRole.Fence), o => Assert.True(o.OtherMaster || o.Standby is not null));
    }

    [Fact]
    public void No_order_names_an_epoch_that_the_register_has_not_acknowledged()
    {
        foreach (var file in ScriptTests.Files())
        {
            var acknowledged = new HashSet<long>();
            foreach (var (_, input, step) in Script.Rewrite(File.ReadAllText(file)).Last.Steps)
            {
                if (Acknowledged(input) is { } a) acknowledged.Add(a.Epoch);
                Assert.All(step.Effects.OfType<Effect.Order>(), o => Assert.Contains(o.Wanted.Epoch, acknowledged));
            }
        }
    }

    private static Assignment? Acknowledged(Input input) => input switch
    {
        Input.LeadershipGained i => i.Assignment,
        Input.RegisterObserved i => i.Assignment,
        Input.ProposalSettled { Outcome: not ProposalOutcome.Unknown } i => i.Current,
        _ => null,
    };

    private static (NodeId? Standby, NodeId? Recorded) Choice(Found holder, Found a, Found b)
    {
        var step = Worlds.Tell(Worlds.State(3, Worlds.Node(0)), holder, a, b);
        return (step.State.Standby, step.Effects.OfType<Effect.Propose>().FirstOrDefault()?.Proposal.Holder);
    }

    private static IEnumerable<Found> Worse(Found f)
    {
        if (f.Health == Health.Good) yield return f with { Health = Health.SoftBad };
        if (f.Health != Health.HardBad) yield return f with { Health = Health.HardBad };
        if (f.Role == VrrpRole.Backup) yield return f with { Role = VrrpRole.Fault };
        if (f.Fresh) yield return f with { Fresh = false };
        if (!f.Fenced) yield return f with { Fenced = true };
    }
}
