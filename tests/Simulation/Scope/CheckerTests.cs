using System.Collections.Immutable;
using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>The checker itself: what it takes for one state and for two, and that it finds what is there.</summary>
public sealed class CheckerTests
{
    private static readonly Spec Small = new("small", "two replicas", [1, 1]) { Wipes = 1 };

    [Fact]
    public void A_hash_tells_order_and_content_and_a_sum_only_content()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        HashSet<Hash128> seen = [Hash128.Of(bytes)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.True(seen.Add(Hash128.Of(bytes)), $"byte {i} does not count");
            bytes[i] ^= 1;
            Assert.True(seen.Add(Hash128.Of(bytes.AsSpan(0, i))), $"length {i} does not count");
        }
        var (a, b) = (Hash128.Of([1]), Hash128.Of([2]));
        Assert.Equal(a + b, b + a);
        Assert.NotEqual(a + b, a + b + b);
        Assert.NotEqual(a.Then(b), b.Then(a));
    }

    [Fact]
    public void A_state_is_met_once_however_many_there_are()
    {
        var visited = new Visited();
        for (var i = 0; i < 20_000; i++) Assert.True(visited.Add(Hash128.Of(BitConverter.GetBytes(i))));
        for (var i = 0; i < 20_000; i++) Assert.False(visited.Add(Hash128.Of(BitConverter.GetBytes(i))));
        Assert.True(visited.Add(default));
        Assert.False(visited.Add(default));
        Assert.Equal(20_001, visited.Count);
    }

    [Fact]
    public void States_that_differ_by_the_names_of_servers_are_one()
    {
        Assert.Equal(After(Small, "X restarts empty"), After(Small, "Z restarts empty"));
        Assert.NotEqual(After(Small, "X restarts empty"), After(Small, "X is flushed"));
        var told = Small with { Symmetric = false };
        Assert.NotEqual(After(told, "X restarts empty"), After(told, "Z restarts empty"));
    }

    [Fact]
    public void The_order_of_steps_that_do_not_touch_each_other_leaves_one_state() =>
        Assert.Equal(After(Small, "a timer", "b timer", "a>X PREPARE", "b>Y PREPARE"), After(Small, "b timer", "a timer", "b>Y PREPARE", "a>X PREPARE"));

    [Fact]
    public void A_lost_answer_and_a_question_under_way_make_another_state()
    {
        var heard = After(Small, "a timer", "a>X PREPARE");
        var lost = After(Small, "a timer", "a>X PREPARE*unheard");
        var under = After(Small, "a timer");
        Assert.Equal(3, new[] { heard, lost, under }.Distinct().Count());
    }

    [Fact]
    public void A_copy_of_a_lease_goes_its_own_way()
    {
        var canonical = new Canonical(new Lens(Small.Settings, timed: true, disaster: true));
        var names = Renaming.Of(3, symmetric: false)[0];
        var lease = new LeaderLease(Small.Settings, ["X", "Y", "Z"], "a", 1, new Least());
        lease.Advance(new LeaseInput.Tick(TimeSpan.FromSeconds(1)));
        var before = canonical.Hash(lease, Peek.At(lease), names);
        var copy = Copies.Of(lease);
        Assert.Equal(before, canonical.Hash(copy, Peek.At(copy), names));
        copy.Advance(new LeaseInput.Replied(TimeSpan.FromSeconds(1), "X", new Request.Read(Ballot.None), new Reply(Answer.Virgin) { RunId = "X-run1" }));
        Assert.NotEqual(before, canonical.Hash(copy, Peek.At(copy), names));
        Assert.Equal(before, canonical.Hash(lease, Peek.At(lease), names));
    }

    [Fact]
    public void The_same_situation_at_another_hour_is_the_same_state()
    {
        var canonical = new Canonical(new Lens(Small.Settings, timed: true, disaster: true));
        var names = Renaming.Of(3, symmetric: false)[0];
        Hash128 At(int hour)
        {
            var lease = new LeaderLease(Small.Settings, ["X", "Y", "Z"], "a", 1, new Least());
            lease.Advance(new LeaseInput.Tick(TimeSpan.FromHours(hour)));
            return canonical.Hash(lease, Peek.At(lease), names);
        }
        Assert.Equal(At(1), At(5));
    }

    [Fact]
    public void A_kind_of_field_that_may_change_in_place_is_not_shared_in_silence()
    {
        Assert.True(Copies.IsShared(typeof(Ballot)));
        Assert.True(Copies.IsShared(typeof(Proposer)));
        Assert.True(Copies.IsShared(typeof(ImmutableSortedDictionary<string, string>)));
        Assert.False(Copies.IsShared(typeof(Quarantine)));
        Assert.False(Copies.IsShared(typeof(List<string>)));
        Assert.Contains("teach", Assert.Throws<MissingFieldException>(() => Peek.Field(typeof(LeaderLease), "_gone")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_planted_fault_is_found_by_the_shortest_way_and_always_by_the_same()
    {
        var spec = RulesOff.Of("count-every-seed")!.Spec;
        var (one, again) = (new Search(spec).Run(spec.CiStates, spec.CiDepth), new Search(spec).Run(spec.CiStates, spec.CiDepth));
        Assert.NotNull(one.Broken);
        Assert.Equal(one.Trail, again.Trail);
        Assert.Equal(one.States, again.States);
        Assert.Null(new Search(spec).Run(spec.CiStates, one.Depth - 1).Broken);
        Assert.Equal(one.Broken, one.Trail[^1]);
    }

    [Fact]
    public void A_scope_that_is_too_small_for_more_is_exhausted()
    {
        var found = new Search(new Spec("tiny", "nothing but one round", [1])).Run(100_000, 60);
        Assert.True(found.Exhausted);
        Assert.Null(found.Broken);
        Assert.InRange(found.States, 10, 10_000);
    }

    [Fact]
    public void A_script_that_cannot_go_on_says_what_is_possible() => Assert.Contains("possible: a timer",
        Assert.Throws<InvalidOperationException>(() => After(Small, "a>X PREPARE")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_heir_does_nothing_before_the_one_it_follows_is_killed_and_that_one_nothing_afterwards()
    {
        var spec = Small with { Timers = [1, 1, 1], Heirs = [2, -1, -1] };
        Assert.Throws<InvalidOperationException>(() => After(spec, "c timer"));
        Assert.NotEqual(After(spec), After(spec, "a is killed, c begins in its place", "c timer"));
        Assert.Throws<InvalidOperationException>(() => After(spec, "a is killed, c begins in its place", "a timer"));
    }

    [Fact]
    public void Clocks_that_err_make_other_states_than_clocks_that_do_not()
    {
        var spec = Small with { Seconds = 3, ClockError = true };
        Assert.Equal(3, new[] { After(spec, "a second passes, fast for a b"), After(spec, "a second passes, fast for a"), After(spec, "a second passes, fast for nobody") }.Distinct().Count());
    }

    /// <summary>One that is lost and one that is still on its way, which can do nothing any more, need not be told apart; one that can must.</summary>
    [Fact]
    public void A_step_that_leaves_only_less_to_happen_is_told_from_one_that_does_something()
    {
        var world = new World(Small with { Start = ["a timer", "b timer", "b>X PREPARE"] });
        world.Begin();
        var before = world.Freeze();
        List<Move> moves = [];
        world.Moves(moves);
        bool Nowhere(string text)
        {
            var move = moves.First(m => world.Describe(m) == text);
            world.Load(before);
            Assert.True(world.Take(move));
            return world.LeadsNowhere(before, move);
        }
        Assert.True(Nowhere("a>X PREPARE 1.2.1 unheard"));
        Assert.False(Nowhere("a>X PREPARE 1.2.1"));
        Assert.False(Nowhere("a>Y PREPARE 1.2.1 unheard"));
    }

    [Fact]
    public void Every_mutant_that_no_seed_meets_is_a_rule_of_some_scope() => Assert.All(Mutant.ByScope, m => Assert.NotNull(RulesOff.Of(m.Name)));

    private static Hash128 After(Spec spec, params string[] steps)
    {
        var world = new World(spec with { Start = steps });
        world.Begin();
        return world.Key();
    }
}
