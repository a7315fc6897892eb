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
    /// <summary>Somebody wrote into these.</summary>
    private string[] _forged = [];

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

    [Fact]
    public void While_a_majority_holds_what_must_not_be_believed_the_reason_asks_for_that_and_deleting_the_keys_is_enough()
    {
        Until<RegisterEvent.Gained>();
        _forged = ["x", "y"];
        Until<RegisterEvent.Lost>();
        Assert.Equal("fewer than 2 of 3 servers vote: x FORGED, y FORGED, z voting; what x, y hold must not be believed (told with each server): "
            + "delete the two keys of the register there, which makes it an empty server", Reason(r => r.Contains("FORGED", StringComparison.Ordinal)));
        foreach (var name in _forged) _servers[name].Flush();
        _forged = [];
        Reason(r => r.Contains("; a new generation begins in ", StringComparison.Ordinal));
        Assert.True(Until<RegisterEvent.Gained>().Generation > 1);
    }

    [Fact]
    public void A_new_generation_that_a_bad_leftover_keeps_from_beginning_is_not_announced_but_said_to_fail_and_why()
    {
        Until<RegisterEvent.Gained>();
        _away = true;
        Until<RegisterEvent.Lost>();
        _servers["x"].Ask(new Request.Accept(Ballot.Of(1, 500, 9), Ballot.Of(1, 500, 9), "changed", "old-x"));
        foreach (var server in _servers.Values) server.Restart();
        (_away, _forged) = (false, ["x"]);
        Assert.Equal("fewer than 2 of 3 servers vote: x restarted, y restarted, z restarted; a new generation could not begin, and is tried again: the newest value, on x, cannot be read: "
            + "FORGED: of an earlier life. Correct that, or delete the two keys of the register there to go on without it", Reason(r => r.Contains("on x", StringComparison.Ordinal)));
        _servers["x"].Flush();
        _forged = [];
        Assert.True(Until<RegisterEvent.Gained>().Generation > 1);
    }

    /// <summary>What a person is told, once it is this.</summary>
    private string Reason(Func<string, bool> wanted)
    {
        for (var steps = 0; steps < 10_000; steps++)
        {
            if (_lease.Status().Reason is var said && wanted(said)) return said;
            Step();
        }
        throw new InvalidOperationException(_lease.Status().Reason);
    }

    private T Until<T>() where T : RegisterEvent
    {
        for (var (steps, from) = (0, _told.Count); steps < 10_000; steps++)
        {
            if (_told.Skip(from).OfType<T>().FirstOrDefault() is { } told) return told;
            Step();
        }
        throw new InvalidOperationException($"no {typeof(T).Name}: {_lease.Status().Reason}");
    }

    private void Step()
    {
        Input(new LeaseInput.Tick(_now));
        if (_lease.NextWake > _now) _now = _lease.NextWake;
    }

    /// <summary>As a server answers whose values are looked at.</summary>
    private Reply Ask(string server, Request request) => _servers[server].Ask(request) is var reply && !_forged.Contains(server) ? reply
        : (request, reply.Answer) is (Request.Read, Answer.Restarted) or (Request.Probe, Answer.Ok) ? reply with { Value = "", Error = "FORGED", Detail = "FORGED: of an earlier life" }
        : reply.Answer is Answer.Ok ? Reply.NoAnswer("FORGED", "FORGED") : reply;

    private void Input(LeaseInput first)
    {
        var inputs = new Queue<LeaseInput>([first]);
        while (inputs.TryDequeue(out var input))
            foreach (var effect in _lease.Advance(input with { Floor = 1000 }).ToArray())
            {
                if (effect is LeaseEffect.Tell tell) _told.Add(tell.Event);
                if (effect is LeaseEffect.Send { Envelope: var (server, request) } && !_away) inputs.Enqueue(new LeaseInput.Replied(_now, server, request, Ask(server, request)));
            }
    }
}
