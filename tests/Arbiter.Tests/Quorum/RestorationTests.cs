using System.Collections.Immutable;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>The round of a new generation, message by message against model servers, and the time before it.</summary>
public sealed class RestorationTests
{
    private readonly SortedDictionary<string, AcceptorModel> _servers = new(StringComparer.Ordinal);

    public RestorationTests()
    {
        foreach (var name in new[] { "x", "y", "z" })
        {
            var server = _servers[name] = new AcceptorModel(name);
            server.Ask(new Request.Probe("old-" + name, Ballot.Of(1, 1, 0), Ticket(name)));
            server.Ask(new Request.Seed("old-" + name, Ballot.Of(1, 1, 0), (RegisterValueTests.Empty with { Gen = 1, Cfg = Cfg("old-") }).ToJson()));
        }
    }

    private static ImmutableSortedDictionary<string, string> Cfg(string prefix) => new[] { "x", "y", "z" }.ToImmutableSortedDictionary(s => s, s => prefix + s);

    private string Ticket(string server) => _servers[server].Ask(new Request.Probe("", Ballot.None, "")).Ticket;

    private sealed class Hand(RestorationStep begun)
    {
        public Restoration Round { get; set; } = begun.Next;
        public List<Envelope> Flying { get; } = [.. begun.Sends];
        public RegisterValue? Stands { get; set; }
        public string? Ended { get; set; }
    }

    private Hand Begin(string me, long generation, params string[] out_)
    {
        var incarnations = out_.ToImmutableSortedDictionary(s => s, s => $"{me}-{s}");
        return new Hand(Restoration.Begin(new RestorationPlan(Ballot.Of(generation, 1, 7), ["x", "y", "z"], 2,
            out_.ToImmutableSortedDictionary(s => s, Ticket), [.. out_], incarnations, null, Ballot.None, found => found is null ? null : found with { Leader = me })));
    }

    private void Deliver(Hand hand, params string[] servers)
    {
        foreach (var server in servers)
        {
            var envelope = hand.Flying.First(e => e.Server == server);
            hand.Flying.Remove(envelope);
            if (hand.Ended is not null || hand.Stands is not null) { _servers[server].Ask(envelope.Request); continue; }
            var step = hand.Round.Receive(server, envelope.Request, _servers[server].Ask(envelope.Request));
            (hand.Round, hand.Stands, hand.Ended) = (step.Next, step.Value, step.Ended);
            hand.Flying.AddRange(step.Sends);
        }
    }

    private void Restart(params string[] servers)
    {
        foreach (var server in servers) _servers[server].Restart();
    }

    [Fact]
    public void Of_two_rounds_that_cross_the_one_with_the_higher_generation_succeeds()
    {
        Restart("x", "y", "z");
        var (a, b) = (Begin("a", 5, "x", "y", "z"), Begin("b", 6, "x", "y", "z"));
        Deliver(a, "x", "y");
        Deliver(b, "x", "y", "z");
        Deliver(a, "z");
        Assert.Contains("NACK", a.Ended, StringComparison.Ordinal);
        Deliver(b, "x", "y");
        Assert.Equal("b", b.Stands!.Leader);
        Assert.Equal((6, "b-x"), (b.Stands.Gen, b.Stands.Cfg["x"]));
    }

    [Fact]
    public void A_server_that_restarts_between_the_two_halves_ends_the_round()
    {
        Restart("x", "y", "z");
        var a = Begin("a", 5, "x", "y", "z");
        Deliver(a, "x", "y", "z");
        Restart("x");
        Deliver(a, "y", "x");
        Assert.Contains("x answered NOPROBE", a.Ended, StringComparison.Ordinal);
        Assert.Null(a.Stands);
    }

    [Fact]
    public void Servers_that_still_vote_are_asked_and_get_the_value_but_do_not_count()
    {
        Restart("x", "y");
        var a = Begin("a", 5, "x", "y");
        Deliver(a, "x", "y", "z");
        Deliver(a, "z", "x");
        Assert.Null(a.Stands);                                                      // z accepted, x took it: one of the two needed
        Deliver(a, "y");
        Assert.Equal("old-z", a.Stands!.Cfg["z"]);
    }

    [Fact]
    public void A_server_that_answers_in_another_role_than_expected_ends_the_round()
    {
        Restart("x", "y");
        var a = Begin("a", 5, "x", "y");
        Restart("z");
        Deliver(a, "x", "y", "z");
        Assert.Contains("z answered RESTARTED", a.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_answer_from_each_nothing_is_given_to_any()
    {
        Restart("x", "y");
        var a = Begin("a", 5, "x", "y");
        Deliver(a, "x", "y");
        Assert.Contains("z did not answer", a.Round.Expire().Ended, StringComparison.Ordinal);
        Assert.False(a.Round.HasGiven);
    }

    [Fact]
    public void A_value_that_cannot_be_read_is_not_thrown_away()
    {
        _servers["z"].Ask(new Request.Accept(Ballot.Of(1, 3, 1), Ballot.Of(1, 4, 1), """{"fmt":99}""", "old-z"));
        Restart("x", "y", "z");
        var a = Begin("a", 5, "x", "y", "z");
        Deliver(a, "x", "y", "z");
        Assert.Contains("cannot be read", a.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_incarnation_is_written_only_where_the_register_says_what_it_said_before_the_probe()
    {
        var value = RegisterValueTests.Empty with { Cfg = Cfg("old-") };
        var taken = new[] { ("x", ("old-x", "new-x")), ("y", ("older-y", "new-y")) }.ToImmutableSortedDictionary(t => t.Item1, t => t.Item2);
        var written = Readmission.Write(value, taken);
        Assert.Equal(("new-x", "old-y", "old-z"), (written.Cfg["x"], written.Cfg["y"], written.Cfg["z"]));
    }

    [Fact]
    public void The_waiting_counts_only_the_time_for_which_a_majority_certainly_did_not_vote()
    {
        static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
        var quarantine = new Quarantine();
        quarantine.Note("x", "t1", At(0), At(1));
        Assert.True(quarantine.Lasted(2) < TimeSpan.Zero);                          // one of three is no majority
        quarantine.Note("y", "t1", At(2), At(3));
        quarantine.Note("x", "t1", At(8), At(9));
        quarantine.Note("y", "t1", At(10), At(11));
        Assert.Equal(At(8 - 3), quarantine.Lasted(2));                              // from after the last first answer to before the first last question
        quarantine.Note("y", "t2", At(12), At(13));
        Assert.True(quarantine.Lasted(2) < TimeSpan.Zero);                          // it lost its memory once more: it may have voted in between
        quarantine.Note("z", "t1", At(12), At(14));
        Assert.Equal(["x", "y"], quarantine.Tickets(2).Keys);                       // the two that are out longest
        quarantine.Forget("x");
        Assert.Null(quarantine.TicketOf("x"));
    }
}
