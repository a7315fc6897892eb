using Arbiter.Tests.Quorum.Linearizability;

namespace Simulation.Quorum.History;

/// <summary>The quick judge of the seeds must say what trying every order says, or that it cannot tell.</summary>
public sealed class EpochOrderTests
{
    private static Operation<GroupAsk> Read(long call, long end, long epoch, string token, long generation = 1) => new(call, end, new GroupAsk.Read(generation, epoch, token));

    private static Operation<GroupAsk> Put(long call, long end, long expected, long epoch, string token, long generation = 1) =>
        new(call, end, new GroupAsk.Cas(generation, expected, epoch, token));

    private static Operation<GroupAsk> Maybe(long call, long expected, string token, long? epoch = null) => new(call, null, new GroupAsk.MaybeCas(expected, token, epoch));

    /// <summary>Histories of one to three generations, good by chance only; what is read is drawn among the marks, mostly with the epoch they got.</summary>
    private static Operation<GroupAsk>[] Any(Random random)
    {
        var history = new List<Operation<GroupAsk>>();
        var marks = new List<(string Token, long Epoch, long Generation)> { ("", 0, 1) };
        for (var i = random.Next(2, 7); i > 0; i--)
        {
            var (call, lasts) = (random.Next(0, 14), random.Next(0, 8));
            var seen = marks[random.Next(marks.Count)];
            var generation = random.Next(4) == 0 ? seen.Generation + 1 : seen.Generation;
            var epoch = seen.Epoch + random.Next(1, 3);
            switch (random.Next(6))
            {
                case 0 or 1:
                    history.Add(Put(call, call + lasts, seen.Epoch, epoch, $"m{i}", generation));
                    marks.Add(($"m{i}", epoch, generation));
                    break;
                case 2:
                    var known = random.Next(2) == 0;
                    history.Add(Maybe(call, seen.Epoch, $"m{i}", known ? epoch : null));
                    if (known || random.Next(2) == 0) marks.Add(($"m{i}", epoch, generation));
                    break;
                default:
                    history.Add(Read(random.Next(3) == 0 ? 0 : call, call + lasts, seen.Epoch + (random.Next(12) == 0 ? 1 : 0), seen.Token, generation));
                    break;
            }
        }
        return [.. history];
    }

    private static void Agrees(Func<Random, Operation<GroupAsk>[]?> draw, int seeds, int least, int leastBad)
    {
        var (good, bad, open) = (0, 0, 0);
        for (var seed = 1; seed <= seeds; seed++)
        {
            var random = new Random(seed);
            if (draw(random) is not { } history) continue;
            Func<long, bool> keeps = random.Next(3) switch { 0 => _ => true, 1 => _ => false, _ => g => g == 2 };
            var said = EpochOrder.Allows(history, keeps);
            if (said is null)
            {
                open++;
                continue;
            }
            var prepared = GroupHistory.Prepare(history);
            var found = prepared.Length <= 7 ? EveryOrder.Allows(new GroupRegister(keeps), prepared) : Linearizer.Judge(new GroupRegister(keeps), prepared).Finding == Finding.Linearizable;
            Assert.True(said == found, $"seed {seed}: {said}, every order says {found}; generation 2 {(keeps(2) ? "keeps" : "loses")}, 3 {(keeps(3) ? "keeps" : "loses")}\n{string.Join('\n', history.AsEnumerable())}");
            if (found) good++;
            else bad++;
        }
        Assert.True(good >= least && bad >= leastBad && open < seeds * 0.6, $"{good} good, {bad} bad, {open} left open: the draw tells little");
    }

    [Fact]
    public void It_agrees_with_trying_every_order() => Agrees(Any, 60_000, 5000, 5000);

    [Fact]
    public void It_agrees_where_marks_are_used_once() => Agrees(random => RandomHistories.Marked(random, 6), 4000, 200, 200);

    [Fact]
    public void It_agrees_with_the_search_on_long_histories() =>
        Agrees(random => random.Next(2) == 0 ? RandomHistories.Good(random, 50) : RandomHistories.Stale(random, 50), 600, 100, 3);

    [Fact]
    public void Whatever_a_register_did_is_judged_without_a_search()
    {
        for (var seed = 1; seed <= 300; seed++) Assert.True(EpochOrder.Allows(RandomHistories.Good(new Random(seed), 60), _ => false), $"seed {seed}");
    }

    [Fact]
    public void What_follows_something_unseen_is_left_to_the_search()
    {
        Assert.Null(EpochOrder.Allows([Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b"), Put(10, 11, 8, 9, "c")], _ => true));
        // somebody else saw it
        Assert.True(EpochOrder.Allows([Put(0, 1, 0, 5, "a"), Maybe(2, 5, "b", 8), Put(10, 11, 8, 9, "c")], _ => true));
        Assert.False(EpochOrder.Allows([Put(0, 1, 0, 5, "a"), Maybe(12, 5, "b", 8), Put(10, 11, 8, 9, "c")], _ => true));
    }

    [Fact]
    public void What_was_lost_with_a_generation_need_not_go_on_and_what_was_kept_must()
    {
        Operation<GroupAsk>[] history = [Put(0, 1, 0, 5, "a"), Put(2, 3, 5, 6, "b"), Read(4, 5, 5, "a", generation: 2)];
        Assert.True(EpochOrder.Allows(history, _ => false));
        Assert.False(EpochOrder.Allows(history, _ => true));
    }
}
