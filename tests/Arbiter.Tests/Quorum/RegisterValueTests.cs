using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

public sealed class RegisterValueTests
{
    private static readonly DateTimeOffset Utc = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    internal static RegisterValue Empty { get; } = new()
    {
        Cluster = "chengdu", Gen = 7, Cfg = ImmutableSortedDictionary<string, string>.Empty.Add("x", "x1"), Leader = "a/1", Term = 3, Seq = 4,
        LeaseMs = 6000, Rev = 10, Groups = ImmutableSortedDictionary<string, GroupEntry>.Empty,
    };

    private static TimedProposal Move(string group, long expected, string holder, string reason = "failover") =>
        new(new Proposal(GroupName.Parse(group), expected, NodeId.Parse(holder), reason), Utc);

    [Fact]
    public void A_value_reads_back_as_it_was_written()
    {
        var value = Assigning.Apply(Empty, [Move("web", 0, "lb1", "initial"), Move("db", 0, "lb2")]).Value;

        Assert.True(RegisterValue.TryParse(value.ToJson(), out var read, out var why), why);
        Assert.Equal(value.ToJson(), read.ToJson());
        Assert.Equal("lb1", read.Assignments()[GroupName.Parse("web")].Holder.Value);
    }

    [Fact]
    public void The_stored_form_is_recorded()
    {
        var value = Assigning.Apply(Empty, [Move("web", 0, "lb1", "initial")]).Value;
        Assert.Equal(
            """{"fmt":2,"cluster":"chengdu","gen":7,"cfg":{"x":"x1"},"leader":"a/1","term":3,"seq":4,"leaseMs":6000,"rev":11,"groups":{"web":{"epoch":11,"holder":"lb1","prev":null,"reason":"initial","since":"2026-03-04T05:06:07+00:00","moves":[{"epoch":11,"from":null,"to":"lb1","reason":"initial","utc":"2026-03-04T05:06:07+00:00"}]}},"outbox":{"last":1,"events":[{"number":1,"id":"evt_chengdu_web_7_11_initial","type":"decision_made","severity":"info","group":"web","node":null,"generation":7,"epoch":11,"from":null,"to":"lb1","reason":"initial","utc":"2026-03-04T05:06:07+00:00"}],"seen":{},"open":{},"receivers":{},"fired":{}}}""",
            value.ToJson());
    }

    [Theory]
    [InlineData("", "no register")]
    [InlineData("null", "null")]
    [InlineData("[]", "no register")]
    [InlineData("{}", "no register")]
    [InlineData("""{"fmt":3,"cluster":"c","gen":1,"cfg":{},"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{}}""", "format 3")]
    [InlineData("""{"fmt":2,"cluster":"c","gen":1,"cfg":{},"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{},"outbox":{"last":1,"events":[null],"seen":{},"open":{},"receivers":{},"fired":{}}}""", "null")]
    [InlineData("""{"fmt":2,"cluster":"c","gen":1,"cfg":{},"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{},"outbox":{"last":0,"events":[],"seen":{},"open":{},"receivers":{"ops":null},"fired":{}}}""", "receiver")]
    [InlineData("""{"fmt":2,"cluster":"c","gen":1,"cfg":{},"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{},"outbox":{"last":0}}""", "lacks a part")]
    [InlineData("""{"fmt":1,"cluster":"c","gen":1,"cfg":null,"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{}}""", "no register")]
    [InlineData("""{"fmt":1,"cluster":"c","gen":-1,"cfg":{},"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{}}""", "out of range")]
    [InlineData("""{"fmt":1,"cluster":"c","gen":1,"cfg":{},"leader":null,"term":0,"seq":0,"leaseMs":1,"rev":0,"groups":{"web":{"epoch":1,"holder":"Not A Name","prev":null,"reason":"","since":"2026-03-04T05:06:07Z","moves":[]}}}""", "'web'")]
    public void What_is_no_register_says_why(string json, string part)
    {
        Assert.False(RegisterValue.TryParse(json, out _, out var why));
        Assert.Contains(part, why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_the_format_before_reads_with_an_empty_outbox_and_is_written_in_the_new_one()
    {
        const string old = """{"fmt":1,"cluster":"chengdu","gen":7,"cfg":{"x":"x1"},"leader":"a/1","term":3,"seq":4,"leaseMs":6000,"rev":11,"groups":{}}""";
        Assert.True(RegisterValue.TryParse(old, out var read, out var why), why);
        Assert.Same(Outbox.Empty, read.Outbox);
        Assert.StartsWith("{\"fmt\":2,", read.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_proposal_counts_only_on_the_epoch_it_saw()
    {
        var first = Assigning.Apply(Empty, [Move("web", 0, "lb1", "initial")]);
        Assert.Equal(11, first.Verdicts[0].Current!.Epoch);

        var stale = Assigning.Apply(first.Value, [Move("web", 0, "lb2"), Move("web", 10, "lb2")]);
        Assert.All(stale.Verdicts, v => Assert.False(v.Granted));
        Assert.Equal("lb1", stale.Verdicts[0].Current!.Holder.Value);
        Assert.Same(first.Value, stale.Value);

        var moved = Assigning.Apply(first.Value, [Move("web", 11, "lb2", "failover: process down")]);
        var now = moved.Verdicts[0].Current!;
        Assert.Equal((12, "lb2", "lb1", "failover: process down"), (now.Epoch, now.Holder.Value, now.Previous!.Value.Value, now.Reason));
        Assert.Equal(12, moved.Value.Rev);
        Assert.Equal([(11L, "lb1"), (12L, "lb2")], now.Moves.Select(m => (m.Epoch, m.To.Value)));
    }

    [Theory]
    [InlineData("\"groups\":{\"web\":null}")]
    [InlineData("\"groups\":{\"web\":{\"epoch\":1,\"holder\":\"lb1\",\"prev\":null,\"reason\":\"r\",\"since\":\"2026-01-01T00:00:00Z\",\"moves\":[null]}}")]
    public void A_null_where_a_group_or_a_move_should_be_is_refused_and_throws_nothing(string groups)
    {
        var json = Empty.ToJson().Replace("\"groups\":{}", groups, StringComparison.Ordinal);
        Assert.Contains(groups, json, StringComparison.Ordinal);
        Assert.False(RegisterValue.TryParse(json, out _, out var why));
        Assert.Contains("web", why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_proposal_of_a_batch_for_the_same_group_is_refused()
    {
        var verdicts = Assigning.Apply(Empty, [Move("web", 0, "lb1"), Move("web", 0, "lb2"), Move("db", 0, "lb2")]).Verdicts;
        Assert.Equal([true, false, true], verdicts.Select(v => v.Granted));
        Assert.Equal("lb1", verdicts[1].Current!.Holder.Value);
    }

    [Fact]
    public void Ten_moves_are_kept_newest_last()
    {
        var value = Empty;
        for (var i = 0; i < 15; i++)
            value = Assigning.Apply(value, [Move("web", value.Groups.TryGetValue("web", out var g) ? g.Epoch : 0, i % 2 == 0 ? "lb1" : "lb2")]).Value;
        Assert.Equal(Enumerable.Range(16, 10).Select(i => (long)i), value.Groups["web"].Moves.Select(m => m.Epoch));
    }

    [Fact]
    public void Old_moves_go_before_a_change_is_refused_and_a_refusal_names_the_groups_that_fit()
    {
        var value = Empty;
        var refused = (string?)null;
        for (var i = 0; i < 2000 && refused is null; i++)
        {
            var (next, verdicts) = Assigning.Apply(value, [Move($"group-{i:D4}", 0, "lb1", "initial: the only master for three seconds")]);
            Assert.True(next.CountBytes() <= RegisterValue.MaxBytes);
            if (!verdicts[0].Granted) refused = verdicts[0].Reason;
            else value = next;
        }
        Assert.True(value.Groups.Count >= 240, $"{value.Groups.Count} groups fit");
        Assert.Contains($"{value.Groups.Count} groups fit", refused!, StringComparison.Ordinal);

        // what is there can still move
        Assert.True(Assigning.Apply(value, [Move("group-0000", value.Groups["group-0000"].Epoch, "lb2", "soft")]).Verdicts[0].Granted);
    }
}
