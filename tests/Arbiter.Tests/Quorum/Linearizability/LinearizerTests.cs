namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>Histories of a group's assignment of which it is known whether they can be; times are just numbers.</summary>
public sealed class LinearizerTests
{
    private static Operation<GroupAsk> Read(long call, long end, long epoch, string token, long generation = 1) => new(call, end, new GroupAsk.Read(generation, epoch, token));

    private static Operation<GroupAsk> Put(long call, long end, long expected, long epoch, string token, long generation = 1) =>
        new(call, end, new GroupAsk.Cas(generation, expected, epoch, token));

    private static Operation<GroupAsk> Maybe(long call, long expected, string token) => new(call, null, new GroupAsk.MaybeCas(expected, token));

    private static Judgement<GroupAsk> Judge(params Operation<GroupAsk>[] history) => Linearizer.Judge(new GroupRegister(keeps: false), history);

    private static void Good(params Operation<GroupAsk>[] history) => Assert.Equal(Finding.Linearizable, Judge(history).Finding);

    /// <param name="window">Those of the history that the contradiction needs, by their place.</param>
    private static void Bad(int[] window, params Operation<GroupAsk>[] history)
    {
        var judgement = Judge(history);
        Assert.Equal(Finding.NotLinearizable, judgement.Finding);
        Assert.Equal(window.Select(i => history[i].What), judgement.Window.Select(o => o.What));
    }

    [Fact]
    public void What_happened_one_after_the_other_can_be() =>
        Good(Read(0, 1, 0, ""), Put(2, 3, 0, 5, "a"), Read(4, 5, 5, "a"), Put(6, 7, 5, 9, "b"), Read(8, 9, 9, "b"));

    [Fact]
    public void Reads_beside_a_change_may_see_it_or_not_in_any_order_that_time_allows() =>
        Good(Put(0, 1, 0, 5, "a"), Put(2, 20, 5, 9, "b"), Read(3, 6, 5, "a"), Read(4, 12, 9, "b"), Read(5, 8, 5, "a"), Read(13, 14, 9, "b"));

    [Fact]
    public void A_stale_read_cannot_be_and_the_change_it_missed_is_named() =>
        Bad([1, 2], Put(0, 1, 0, 5, "a"), Put(2, 3, 5, 9, "b"), Read(6, 7, 5, "a"), Read(8, 9, 9, "b"));

    [Fact]
    public void Two_reads_beside_a_change_cannot_see_the_new_and_then_the_old() =>
        Bad([2, 3], Put(0, 1, 0, 5, "a"), Put(2, 20, 5, 9, "b"), Read(3, 4, 9, "b"), Read(5, 6, 5, "a"));

    [Fact]
    public void A_lost_update_cannot_be_two_changes_over_one_epoch() =>
        Bad([1, 2], Put(0, 1, 0, 5, "a"), Put(2, 8, 5, 6, "b"), Put(3, 9, 5, 7, "c"), Read(10, 11, 7, "c"));

    [Fact]
    public void A_refused_proposal_that_happened_shows_because_nobody_put_what_is_read() =>
        // 'no' was refused, so it is no operation
        Bad([1], Put(0, 1, 0, 5, "a"), Read(4, 5, 6, "no"));

    [Fact]
    public void An_epoch_that_falls_cannot_be() => Bad([0], Put(0, 1, 7, 7, "a"));

    [Fact]
    public void What_is_unknown_may_never_happen_at_once_or_much_later()
    {
        Good(Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b"), Read(100, 101, 5, "a"));
        Good(Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b"), Read(3, 4, 6, "b"));
        Good(Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b"), Read(3, 4, 5, "a"), Read(50, 51, 5, "a"), Read(60, 61, 6, "b"), Put(62, 63, 6, 9, "c"));
        Good(Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b"), Put(10, 11, 8, 9, "c"), Read(12, 13, 9, "c"));
    }

    [Fact]
    public void What_is_unknown_happens_once_and_not_before_it_was_asked()
    {
        Bad([2, 3], Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b"), Read(3, 4, 6, "b"), Read(5, 6, 5, "a"));
        Bad([1], Put(0, 1, 0, 5, "a"), Read(2, 3, 6, "b"), Maybe(4, 5, "b"));
        // over an epoch that is gone it cannot come any more
        Bad([1, 3], Put(0, 1, 0, 5, "a"), Put(4, 5, 5, 6, "c"), Maybe(2, 5, "b"), Read(7, 8, 7, "b"));
    }

    [Fact]
    public void A_new_generation_may_begin_with_less_and_the_old_one_never_comes_back()
    {
        Good(Put(0, 1, 0, 5, "a"), Put(2, 3, 5, 6, "b"), Read(4, 5, 5, "a", generation: 2), Put(6, 7, 5, 6, "c", generation: 2));
        Bad([1, 2], Put(0, 1, 0, 5, "a"), Read(4, 5, 5, "a", generation: 2), Read(6, 7, 5, "a"));
    }

    [Fact]
    public void Where_nothing_was_lost_a_new_generation_goes_on_with_what_stood()
    {
        Operation<GroupAsk>[] kept = [Put(0, 1, 0, 5, "a"), Read(4, 5, 5, "a", generation: 2), Put(6, 7, 5, 6, "c", generation: 2)];
        Operation<GroupAsk>[] lost = [Put(0, 1, 0, 5, "a"), Put(2, 3, 5, 6, "b"), Read(4, 5, 5, "a", generation: 2)];
        Assert.Equal(Finding.Linearizable, Linearizer.Judge(new GroupRegister(keeps: true), kept).Finding);
        Assert.Equal(Finding.NotLinearizable, Linearizer.Judge(new GroupRegister(keeps: true), lost).Finding);
    }

    [Fact]
    public void Of_a_long_history_only_the_few_operations_of_the_contradiction_are_shown()
    {
        var history = RandomHistories.Good(new Random(7), 100);
        var at = history.Max(o => o.Return ?? o.Call) + 10;
        Operation<GroupAsk>[] bad = [.. history, Read(at, at + 1, 5_000_001, "x"), Put(at + 2, at + 3, 5_000_001, 5_000_002, "y")];
        var judgement = Linearizer.Judge(new GroupRegister(keeps: false), GroupHistory.Prepare(bad));
        Assert.Equal(Finding.NotLinearizable, judgement.Finding);
        Assert.InRange(judgement.Window.Length, 1, 12);
        Assert.Contains("reads 'x'", judgement.ToString());
    }

    [Fact]
    public void Whatever_a_register_did_can_be_however_its_clients_overlapped()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var judgement = Linearizer.Judge(new GroupRegister(keeps: false), GroupHistory.Prepare(RandomHistories.Good(new Random(seed), 60)));
            Assert.True(judgement.Finding == Finding.Linearizable, $"seed {seed}: {judgement}");
        }
    }

    [Fact]
    public void An_answer_that_comes_from_before_its_question_is_always_found()
    {
        var found = 0;
        for (var seed = 1; seed <= 60; seed++)
        {
            if (RandomHistories.Stale(new Random(seed), 40) is not { } history) continue;
            found++;
            var judgement = Linearizer.Judge(new GroupRegister(keeps: false), GroupHistory.Prepare(history));
            Assert.True(judgement.Finding == Finding.NotLinearizable, $"seed {seed}: {judgement}");
        }
        Assert.InRange(found, 40, 60);
    }

    [Fact]
    public void It_agrees_with_trying_every_order()
    {
        var (good, bad) = (0, 0);
        for (var seed = 1; seed <= 2000; seed++)
        {
            var history = RandomHistories.Any(new Random(seed), 6);
            var expected = EveryOrder.Allows(new GroupRegister(keeps: false), history);
            var judgement = Linearizer.Judge(new GroupRegister(keeps: false), history);
            Assert.True(judgement.Finding == (expected ? Finding.Linearizable : Finding.NotLinearizable), $"seed {seed}, expected {expected}: {judgement}\n{string.Join('\n', history)}");
            (good, bad) = expected ? (good + 1, bad) : (good, bad + 1);
        }
        Assert.True(good > 200 && bad > 200, $"{good} good, {bad} bad: the draw tells little");
    }

    [Fact]
    public void What_is_told_by_marks_that_are_used_once_changes_no_judgement()
    {
        var (good, bad) = (0, 0);
        for (var seed = 1; seed <= 2000; seed++)
        {
            var history = RandomHistories.Marked(new Random(seed), 6);
            var expected = EveryOrder.Allows(new GroupRegister(keeps: false), history);
            var judgement = Linearizer.Judge(new GroupRegister(keeps: false), GroupHistory.Prepare(history));
            Assert.True(judgement.Finding == (expected ? Finding.Linearizable : Finding.NotLinearizable), $"seed {seed}, expected {expected}: {judgement}\n{string.Join('\n', history)}");
            (good, bad) = expected ? (good + 1, bad) : (good, bad + 1);
        }
        Assert.True(good > 200 && bad > 200, $"{good} good, {bad} bad: the draw tells little");
    }

    [Fact]
    public void With_a_bound_it_says_that_it_does_not_know()
    {
        var judgement = Linearizer.Judge(new GroupRegister(keeps: false), RandomHistories.Good(new Random(3), 60), bound: 5);
        Assert.Equal(Finding.TooHard, judgement.Finding);
        Assert.Empty(judgement.Window);
    }

    [Fact]
    public void A_history_that_returns_before_it_calls_is_refused() => Assert.Throws<ArgumentException>(() => Judge(Read(5, 4, 0, "")));
}
