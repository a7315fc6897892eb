using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>The lease on model servers that answer at once, in time that only moves when nothing else happens.</summary>
public sealed class LeadingAgainTests
{
    private static readonly ImmutableArray<string> Names = ["x", "y", "z"];

    private readonly Dictionary<string, AcceptorModel> _servers = Names.ToDictionary(n => n, n => new AcceptorModel(n));
    private readonly LeaderLease _lease = new(RegisterWorld.Production, Names, "a/1", 7, new Random(1));
    private readonly List<RegisterEvent> _told = [];
    private TimeSpan _now;
    private bool _away;

    public LeadingAgainTests()
    {
        foreach (var (name, server) in _servers)
        {
            var ticket = server.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
            server.Ask(new Request.Probe("old-" + name, Ballot.Of(1, 1, 0), ticket));
            server.Ask(new Request.Seed("old-" + name, Ballot.Of(1, 1, 0), (RegisterValueTests.Empty with { Gen = 1, Cfg = Names.ToImmutableSortedDictionary(n => n, n => "old-" + n) }).ToJson()));
        }
    }

    /// <summary>What failed before the servers lost their memory is no reason to wait after a new generation began.</summary>
    [Fact]
    public void A_leader_whose_renewals_failed_and_who_leads_again_by_a_new_generation_records_a_proposal_at_once()
    {
        Until<RegisterEvent.Gained>();
        _away = true;
        Until<RegisterEvent.Lost>();
        foreach (var server in _servers.Values) server.Restart();
        _away = false;
        var gained = Until<RegisterEvent.Gained>();
        Assert.True(gained.Generation > 1);
        Input(new LeaseInput.Proposed(_now, new Proposal(GroupName.Parse("web"), 0, NodeId.Parse("lb1"), "initial"), DateTimeOffset.UnixEpoch));
        // the servers answer at once, and no time has passed
        Assert.Equal(ProposalOutcome.Committed, _told.OfType<RegisterEvent.Settled>().SingleOrDefault()?.Outcome);
    }

    private T Until<T>() where T : RegisterEvent
    {
        for (var (steps, from) = (0, _told.Count); steps < 10_000; steps++)
        {
            if (_told.Skip(from).OfType<T>().FirstOrDefault() is { } told) return told;
            Input(new LeaseInput.Tick(_now));
            if (_lease.NextWake > _now) _now = _lease.NextWake;
        }
        throw new InvalidOperationException($"no {typeof(T).Name}: {_lease.Status().Reason}");
    }

    private void Input(LeaseInput first)
    {
        var inputs = new Queue<LeaseInput>([first]);
        while (inputs.TryDequeue(out var input))
            foreach (var effect in _lease.Advance(input with { Floor = 1000 }).ToArray())
            {
                if (effect is LeaseEffect.Tell tell) _told.Add(tell.Event);
                if (effect is LeaseEffect.Send { Envelope: var (server, request) } && !_away) inputs.Enqueue(new LeaseInput.Replied(_now, server, request, _servers[server].Ask(request)));
            }
    }
}
