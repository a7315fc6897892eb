using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Simulation.Quorum.History;

/// <summary>What clients are answered: one answer step by step, and how a wrong one is told.</summary>
[Collection(nameof(Hosts.Alone))]
public sealed class AnswerTests
{
    [Fact]
    public void A_refusal_does_not_name_as_standing_what_only_one_server_took() => Assert.Equal(0, EpochNamed(Deviations.None));

    [Fact]
    public void Without_the_rule_it_names_what_may_never_stand() => Assert.Equal(2, EpochNamed(new Deviations { RefusedWithUncertain = true }));

    /// <summary>A first change reaches one server, a second one finds it there, is refused for it, and reaches one server again.</summary>
    /// <returns>The epoch that is told with the refusal; 0: none stands.</returns>
    private static long EpochNamed(Deviations code)
    {
        var settings = Mix.Of(new Dice(1)).Settings;
        Server[] servers = [.. new[] { "r1", "r2", "r3" }.Select((n, i) => new Server(n, i, Planted.Nothing))];
        Installer.Seed(servers, "sim", 1, settings.Lease, new Truth([.. servers.Select(s => s.Name)], settings, new SharingReader()));
        var lease = new LeaderLease(settings, [.. servers.Select(s => s.Name)], "a/1", 7, new Dice(1), code);
        var (now, told) = (TimeSpan.FromMilliseconds(1), new List<RegisterEvent.Settled>());
        void Step(LeaseInput input, Func<string, Request, bool> arrives)
        {
            foreach (var effect in lease.Advance(input).ToArray())
            {
                if (effect is LeaseEffect.Tell { Event: RegisterEvent.Settled settled }) told.Add(settled);
                if (effect is not LeaseEffect.Send { Envelope: var (name, request) } || !arrives(name, request)) continue;
                Step(new LeaseInput.Replied(now, name, request, servers.First(s => s.Name == name).Ask(request)), arrives);
            }
        }

        void Tick(TimeSpan later, Func<string, Request, bool> arrives) => Step(new LeaseInput.Tick(now += later), arrives);
        bool Everywhere(string server, Request request) => true;
        bool AcceptAtFirst(string server, Request request) => server == "r1" || (server == "r2" && request is Request.Prepare);
        void Propose(string node) => Step(new LeaseInput.Proposed(now, new Proposal(GroupName.Parse("g1"), 0, NodeId.Parse(node), $"hard {node}"), DateTimeOffset.UnixEpoch), AcceptAtFirst);

        for (var tries = 0; tries < 100 && lease.SpeakUntil == TimeSpan.MinValue; tries++) Tick(TimeSpan.FromMilliseconds(50), Everywhere);
        Propose("n1");
        Tick(settings.RpcTimeout, AcceptAtFirst);
        Propose("n2");
        for (var tries = 0; tries < 100 && told.Count < 2; tries++) Tick(TimeSpan.FromMilliseconds(20), AcceptAtFirst);
        Assert.Equal([ProposalOutcome.Unknown, ProposalOutcome.Refused], told.Select(t => t.Outcome));
        Assert.True(lease.SpeakUntil > now, "it leads all the time, so whoever hears it acts on it");
        return told[1].Current?.Epoch ?? 0;
    }

    [Fact]
    public void A_history_that_cannot_be_is_told_line_by_line()
    {
        var caught = Mutant.Of("epoch-unchecked").Hunt();
        Assert.Equal("R5", caught?.Invariant);
        Assert.Contains(" fit in none:", caught!.Broken);
        Assert.Contains("as epoch ", caught.Broken);
        Assert.Contains("the history of g", caught.Broken);
        Assert.Contains(" asks for 'hard p", caught.Broken);
        Assert.Contains("(as its own change found it)", caught.Broken);
    }
}
