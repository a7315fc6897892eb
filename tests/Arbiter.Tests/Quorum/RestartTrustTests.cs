using System.Collections.Immutable;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>Which restarted servers are trusted with what they kept, and why the others are not.</summary>
public sealed class RestartTrustTests
{
    private static readonly Ballot One = Ballot.Of(7, 1, 1);
    private static readonly Ballot Two = Ballot.Of(7, 2, 1);
    private readonly RestartTrust _trust = new(["x", "y", "z"]);
    private readonly Dictionary<string, string> _votes = [];

    private static RegisterValue Value(params string[] incarnations) => RegisterValueTests.Empty with
    {
        Cfg = new[] { "x", "y", "z" }.Zip(incarnations).ToImmutableSortedDictionary(p => p.First, p => p.Second),
    };

    private void Kept(string server, string incarnation, Ballot accepted, RegisterValue value, bool missing = false, string error = "", string run = "r2") =>
        _trust.Read(server, new Reply(Answer.Restarted) { RunId = run, Incarnation = incarnation, Promised = accepted, Accepted = accepted, Value = value.ToJson(), Error = error }, missing);

    private IEnumerable<string> Asked(RegisterValue? seen = null, Ballot ballot = default) => _trust.Ask(seen, ballot, s => _votes.GetValueOrDefault(s)).Select(e => e.Server);

    [Fact]
    public void A_majority_that_kept_the_newest_incarnations_is_asked_and_a_minority_is_not()
    {
        Kept("x", "x1", One, Value("x1", "y1", "z1"));
        Assert.Empty(Asked());
        Kept("y", "y1", One, Value("x1", "y1", "z1"));
        Assert.Equal(["x", "y"], Asked());
        Assert.Equal(new Request.Adopt("x1", One), _trust.Ask(null, Ballot.None, _ => null)[0].Request);
        _trust.Read("y", new Reply(Answer.Virgin), false);
        Assert.Empty(Asked());
        _votes["z"] = "z1";
        Assert.Equal(["x"], Asked());
    }

    [Fact]
    public void An_incarnation_that_the_newest_value_does_not_know_counts_neither_as_kept_nor_as_a_vote()
    {
        Kept("x", "x1", One, Value("x1", "y1", "z1"));
        Kept("y", "y1", Two, Value("x2", "y1", "z1"));
        Assert.Empty(Asked());
        _votes["z"] = "z0";
        Assert.Empty(Asked());
        // nor does one that only this process knows to be old
        Kept("y", "y1", One, Value("x1", "y1", "z1"));
        Assert.Empty(Asked(Value("x2", "y2", "z1"), Two));
    }

    [Theory]
    [InlineData("missing", "its disk lost what it had confirmed")]
    [InlineData("no append-only file", "aof_enabled:0")]
    [InlineData("withdrawn", "its vote was withdrawn")]
    public void What_is_not_trusted_says_why_until_the_next_restart(string what, string why)
    {
        Kept("y", "y1", One, Value("x1", "y1", "z1"));
        Kept("x", "x1", One, Value("x1", "y1", "z1"), missing: what == "missing");
        if (what != "missing") Assert.False(_trust.Answered("x", new Reply(what == "withdrawn" ? Answer.Nack : Answer.NoAof)));
        Assert.Empty(Asked());
        Assert.Contains(why, _trust.Describe("x")!, StringComparison.Ordinal);
        // the same life once more changes nothing, another may
        if (what != "missing") Kept("x", "x1", One, Value("x1", "y1", "z1"));
        Assert.Empty(Asked());
        Kept("x", "x1", One, Value("x1", "y1", "z1"), run: "r3");
        Assert.Equal(["x", "y"], Asked());
        Assert.Null(_trust.Describe("x"));
    }

    [Fact]
    public void A_value_that_is_forged_or_no_register_is_trusted_by_nobody()
    {
        Kept("x", "x1", One, Value("x1", "y1", "z1"));
        Kept("y", "y1", One, Value("x1", "y1", "z1"), error: "FORGED");
        Assert.Empty(Asked());
        _trust.Read("y", new Reply(Answer.Restarted) { RunId = "r", Incarnation = "y1", Accepted = One, Value = "{" }, false);
        Assert.Empty(Asked());
    }

    [Fact]
    public void It_votes_after_an_ok_and_silence_changes_nothing()
    {
        Kept("x", "x1", One, Value("x1", "y1", "z1"));
        Kept("y", "y1", One, Value("x1", "y1", "z1"));
        Assert.False(_trust.Answered("x", Reply.NoAnswer("timeout")));
        _trust.Read("x", Reply.NoAnswer("timeout"), false);
        Assert.Equal(["x", "y"], Asked());
        Assert.True(_trust.Answered("x", new Reply(Answer.Ok) { Incarnation = "x1" }));
        Assert.False(_trust.Answered("x", new Reply(Answer.Ok) { Incarnation = "x1" }));
        Assert.Empty(Asked());
        _votes["x"] = "x1";
        Assert.Equal(["y"], Asked());
    }
}
