using System.Collections.Immutable;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>A server with a value that must not be believed does not count, says why, and is taken back without a person where that is safe.</summary>
public sealed class SealedAcceptorTests
{
    private readonly InMemoryAcceptor _server = new("x");
    private readonly SealedAcceptor _sealed;
    private static readonly Ballot One = Ballot.Of(7, 1, 1);

    public SealedAcceptorTests() => _sealed = new SealedAcceptor(_server, ValueSealTests.Seal());

    private static string Json(long seq) => (RegisterValueTests.Empty with { Seq = seq }).ToJson();

    private async Task Seed(IAcceptor at, Ballot ballot, string value)
    {
        var ticket = (await at.Ask(new Request.Probe("", Ballot.None, ""), default)).Ticket;
        Assert.Equal(Answer.Ok, (await at.Ask(new Request.Probe("x1", ballot, ticket), default)).Answer);
        Assert.Equal(Answer.Ok, (await at.Ask(new Request.Seed("x1", ballot, value), default)).Answer);
    }

    [Fact]
    public async Task Values_are_signed_in_the_server_and_plain_outside()
    {
        await Seed(_sealed, One, Json(1));
        Assert.Contains("\"mac\":\"k1:", (await _server.Ask(new Request.Read(Ballot.None), default)).Value, StringComparison.Ordinal);
        Assert.Equal(Json(1), (await _sealed.Ask(new Request.Read(Ballot.None), default)).Value);
        Assert.Equal(Json(1), (await _sealed.Ask(new Request.Prepare(Ballot.Of(7, 2, 1)), default)).Value);
        Assert.Equal(Answer.Ok, (await _sealed.Ask(new Request.Accept(Ballot.Of(7, 2, 1), Ballot.Of(7, 3, 1), Json(2), "x1"), default)).Answer);
        Assert.Equal(Json(2), (await _sealed.Ask(new Request.Read(Ballot.None), default)).Value);
        Assert.Equal("", (await _sealed.Ask(new Request.Read(Ballot.Of(7, 2, 1)), default)).Value);
    }

    [Fact]
    public async Task A_voter_with_a_forged_value_gives_no_answer_until_a_leader_has_written_over_it()
    {
        await Seed(_server, One, Json(1) + " ");
        var read = await _sealed.Ask(new Request.Read(Ballot.None), default);
        Assert.Equal((Answer.None, "UNSIGNED", ""), (read.Answer, read.Error, read.Value));
        // its number does not hide it
        Assert.Equal("UNSIGNED", (await _sealed.Ask(new Request.Read(One), default)).Error);
        Assert.Equal(Answer.None, (await _sealed.Ask(new Request.Prepare(Ballot.Of(7, 2, 1)), default)).Answer);
        Assert.Equal(Answer.None, (await _sealed.Ask(new Request.Accept(Ballot.Of(7, 3, 1), Ballot.Of(7, 4, 1), Json(2), "x1"), default)).Answer);
        Assert.Equal((Answer.Ok, Json(2)), ((await _sealed.Ask(new Request.Read(Ballot.Of(7, 3, 1)), default)) is var now ? now.Answer : default, now.Value));
        Assert.Equal(Answer.Ok, (await _sealed.Ask(new Request.Accept(Ballot.Of(7, 4, 1), Ballot.Of(7, 5, 1), Json(3), "x1"), default)).Answer);
    }

    [Fact]
    public async Task What_a_restarted_server_has_left_is_left_out_when_it_is_forged_and_the_server_is_taken_back()
    {
        await Seed(_server, One, "nonsense");
        _server.Restart(keepData: true);
        var read = await _sealed.Ask(new Request.Read(Ballot.None), default);
        Assert.Equal((Answer.Restarted, "", "BADVALUE"), (read.Answer, read.Value, read.Error));
        var probe = await _sealed.Ask(new Request.Probe("", Ballot.None, ""), default);
        Assert.Equal((Answer.Ok, "", One), (probe.Answer, probe.Value, probe.Accepted));
        Assert.Contains("BADVALUE", probe.Detail!, StringComparison.Ordinal);
        Assert.Equal(Answer.Ok, (await _sealed.Ask(new Request.Probe("x2", Ballot.Of(7, 2, 1), probe.Ticket), default)).Answer);
        Assert.Equal(Answer.Ok, (await _sealed.Ask(new Request.Seed("x2", Ballot.Of(7, 2, 1), Json(2)), default)).Answer);
        Assert.Equal((Answer.Ok, Json(2)), ((await _sealed.Ask(new Request.Read(Ballot.None), default)) is var now ? now.Answer : default, now.Value));
    }

    [Fact]
    public async Task A_promise_that_no_arbiter_made_is_no_answer_and_of_an_earlier_life_left_out()
    {
        await Seed(_sealed, One, Json(1));
        await _server.Ask(new Request.Prepare(Ballot.Of(7, Ballot.MaxPart, 1)), default);
        Assert.Equal("BADPROMISE", (await _sealed.Ask(new Request.Read(Ballot.None), default)).Error);
        Assert.Equal("BADPROMISE", (await _sealed.Ask(new Request.Read(One), default)).Error);
        Assert.Equal("BADPROMISE", (await _sealed.Ask(new Request.Prepare(Ballot.Of(7, 2, 1)), default)).Error);
        Assert.Equal("BADPROMISE", (await _sealed.Ask(new Request.Accept(Ballot.Of(7, 2, 1), Ballot.Of(7, 3, 1), Json(2), "x1"), default)).Error);
        _server.Restart(keepData: true);
        var read = await _sealed.Ask(new Request.Read(Ballot.None), default);
        Assert.Equal((Answer.Restarted, Json(1), Ballot.None), (read.Answer, read.Value, read.Promised));
        Assert.True((await _sealed.Ask(new Request.Probe("", Ballot.None, ""), default)).Promised.IsNone);
    }

    [Fact]
    public async Task A_bad_value_under_a_higher_number_is_written_over_too()
    {
        await Seed(_sealed, One, Json(1));
        await _server.Ask(new Request.Accept(Ballot.Of(7, 500, 1), Ballot.Of(7, 500, 1), "nonsense", "x1"), default);
        Assert.Equal("BADVALUE", (await _sealed.Ask(new Request.Read(One), default)).Error);
        var refused = await _sealed.Ask(new Request.Accept(Ballot.Of(7, 2, 1), Ballot.Of(7, 3, 1), Json(2), "x1"), default);
        Assert.Equal((Answer.Nack, 500L), (refused.Answer, refused.Promised.Number));
        await _sealed.Ask(new Request.Accept(Ballot.Of(7, 501, 1), Ballot.Of(7, 502, 1), Json(2), "x1"), default);
        Assert.Equal((Answer.Ok, Json(2)), ((await _sealed.Ask(new Request.Read(One), default)) is var now ? now.Answer : default, now.Value));
    }

    [Fact]
    public async Task An_empty_value_hides_no_number()
    {
        await Seed(_server, One, "");
        Assert.Equal("BADVALUE", (await _sealed.Ask(new Request.Read(Ballot.None), default)).Error);
    }

    [Fact]
    public void A_new_generation_does_not_go_on_with_a_newest_value_that_is_forged()
    {
        var plan = new RestorationPlan(Ballot.Of(8, 1, 1), ["x"], 1, ImmutableSortedDictionary<string, string>.Empty.Add("x", "t"), ["x"],
            ImmutableSortedDictionary<string, string>.Empty.Add("x", "i"), RegisterValueTests.Empty, Ballot.Of(6, 1, 1), found => found);
        var begun = Restoration.Begin(plan);
        var ended = begun.Next.Receive("x", begun.Sends[0].Request, new Reply(Answer.Ok) { Ticket = "t", Accepted = One, Error = "FORGED", Detail = "FORGED: somebody changed it" });
        Assert.Equal("the newest value, on x, cannot be read: FORGED: somebody changed it. Correct that, or delete the two keys of the register there to go on without it", ended.Ended);
        var older = begun.Next.Receive("x", begun.Sends[0].Request, new Reply(Answer.Ok) { Ticket = "t", Accepted = Ballot.Of(5, 1, 1), Error = "FORGED" });
        Assert.Null(older.Ended);
    }
}
