using System.Globalization;
using QuorumHost;

namespace Arbiter.Tests.Quorum.BlackBox;

/// <param name="Broken">What must not be; empty when all is well.</param>
/// <param name="Figures">What was seen, for docs/simulation.md.</param>
internal sealed record Outcome(IReadOnlyList<string> Broken, string Figures);

/// <summary>The faults, and what each may cost at the most (docs/quorum.md, "What can fail").</summary>
internal static class Cases
{
    private static readonly TimeSpan s_lease = RegisterWorld.Production.Lease;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    /// <summary>For how long a busy machine may stand still.</summary>
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(3);
    /// <summary>Two renewals, and what a busy machine takes.</summary>
    private static readonly TimeSpan s_votesAgain = 2 * RegisterWorld.Production.Renew + s_busy;
    /// <summary>The quarantine, then three questions; reads are up to 0.4 s apart.</summary>
    private static readonly TimeSpan s_newGeneration = RegisterWorld.Production.WaitOver(0) + TimeSpan.FromSeconds(1) + s_busy;
    /// <summary>7.3 s (docs/quorum.md), and what a busy machine takes.</summary>
    private static readonly TimeSpan s_takeover = TimeSpan.FromMilliseconds(7300) + s_busy;

    public static IReadOnlyDictionary<string, Func<Task<Outcome>>> All { get; } = new Dictionary<string, Func<Task<Outcome>>>
    {
        ["the process of the leader is stopped for a minute"] = Stopped,
        ["one server is killed and comes back empty"] = () => OneServer(persistent: false, async (box, say) =>
        {
            await box.Servers[1].Kill();
            await Task.Delay(s_lease + TimeSpan.FromSeconds(1));                       // longer than the lease: it is renewed without it
            say.Back(box);
            await box.Servers[1].Start();
        }),
        ["one server is emptied by an administrator"] = () => OneServer(persistent: false, async (box, say) =>
        {
            say.Back(box);
            Assert.Equal("+OK", await box.Servers[1].Say("FLUSHALL"));
        }),
        ["one server comes back without its newest writes"] = () => OneServer(persistent: true, async (box, say) =>
        {
            say.Back(box);
            Assert.True(await box.Servers[1].RestartWithoutTail(0.3) > 0, "nothing was lost");
        }),
        ["the clock of one server jumps an hour ahead and back"] = Clock,
        ["all servers are killed at once and come back empty"] = () => AllServers(persistent: false),
        ["all servers are killed at once and come back with their data"] = () => AllServers(persistent: true),
    };

    /// <summary>When the fault was over, as far as the servers go.</summary>
    internal sealed class Mark
    {
        public long At { get; private set; }

        public void Back(BlackBox _) => At = Sighting.Now;
    }

    private static async Task<Outcome> OneServer(bool persistent, Func<BlackBox, Mark, Task> fault)
    {
        await using var box = await BlackBox.Start(persistent);
        await box.Until(() => box.AllVote, s_patience, "all vote");
        var (begin, back) = (Sighting.Now, new Mark());
        await fault(box, back);
        // it is seen not to vote, and to vote again
        await box.Until(() => box.Chronicle.Of(Sight.Status).Any(s => s.Call > begin && s.Text.StartsWith("Leading", StringComparison.Ordinal) && !s.Text.EndsWith("voting voting voting", StringComparison.Ordinal)) && box.AllVote,
            s_patience, "the server lost its vote and has it again");
        var voted = TimeSpan.FromMicroseconds(box.Chronicle.Of(Sight.Status).Last(s => s.Text == "Leading voting voting voting").Call - back.At);
        await Task.Delay(1500);
        await box.Close();
        var gap = box.Chronicle.LongestGap(begin, Sighting.Now);
        List<string> broken = [.. box.Chronicle.Judge(keeps: true), .. Steady(box), .. AtMost("votes again", voted, s_votesAgain), .. AtMost("a pause of commits", gap, s_lease)];
        return new Outcome(broken, $"votes again after {Ms(voted)}, longest pause of commits {Ms(gap)}; {box.Chronicle.Say(begin)}");
    }

    private static async Task<Outcome> Clock()
    {
        await using var box = await BlackBox.Start(clockOfFirst: TimeSpan.Zero);
        await box.Until(() => box.AllVote, s_patience, "all vote");
        var begin = Sighting.Now;
        async Task<long> Ahead() => long.Parse((await box.Servers[0].Tell("TIME"))[0], CultureInfo.InvariantCulture) - long.Parse((await box.Servers[1].Tell("TIME"))[0], CultureInfo.InvariantCulture);
        Assert.InRange(await Ahead(), -60, 60);
        await box.Servers[0].SetClock(TimeSpan.FromHours(1));
        Assert.InRange(await Ahead(), 3540, 3660);
        await Task.Delay(s_lease + TimeSpan.FromSeconds(1));
        await box.Servers[0].SetClock(TimeSpan.Zero);
        Assert.InRange(await Ahead(), -60, 60);
        await Task.Delay(2000);
        await box.Close();
        var gap = box.Chronicle.LongestGap(begin, Sighting.Now);
        List<string> broken = [.. box.Chronicle.Judge(keeps: true), .. Steady(box), .. AtMost("a pause of commits", gap, s_lease)];
        if (!box.AllVote) broken.Add($"not all vote: {box.Chronicle.Of(Sight.Status).Last().Text}");
        return new Outcome(broken, $"longest pause of commits {Ms(gap)}; {box.Chronicle.Say(begin)}");
    }

    private static async Task<Outcome> AllServers(bool persistent)
    {
        await using var box = await BlackBox.Start(persistent);
        var old = box.Chronicle.Of(Sight.Gained).Max(s => s.Generation);
        var begin = Sighting.Now;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => box.Servers[i].Kill()));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => box.Servers[i].Start()));
        var back = Sighting.Now;
        var took = await box.Recovered(back, s_newGeneration);
        await box.Until(() => box.AllVote, s_patience, "all vote");
        await Task.Delay(1500);
        await box.Close();
        // what only a memory held that another replica took over from may be gone; what a disk held may not
        List<string> broken = [.. box.Chronicle.Judge(keeps: persistent), .. AtMost("a new generation", took, s_newGeneration)];
        if (box.Chronicle.Of(Sight.Gained).Max(s => s.Generation) <= old) broken.Add("no new generation was begun");
        if (took < s_lease) broken.Add($"recovered after {Ms(took)}: a lease of before could still run");
        return new Outcome(broken, $"a new generation committed {Ms(took)} after the last server was back; {box.Chronicle.Say(begin)}");
    }

    private static async Task<Outcome> Stopped()
    {
        await using var box = await BlackBox.Start(processes: true);
        var leader = box.Leader;
        var begin = Sighting.Now;
        await box.Signal(leader, "STOP");
        var took = await box.Recovered(begin + 1, s_takeover);
        await Task.Delay(TimeSpan.FromMicroseconds(begin + 60_000_000 - Sighting.Now));
        var wakes = Sighting.Now;
        await box.Signal(leader, "CONT");
        await box.Until(() => box.Chronicle.Of(Sight.Lost).Any(s => s.Replica == leader && s.Call > wakes), s_patience, "the replica that woke knows that it does not lead");
        await Task.Delay(1500);
        await box.Close();
        var spoke = box.Chronicle.Of(Sight.Speaks).Count(s => s.Replica == leader && s.Return > wakes);
        List<string> broken = [.. box.Chronicle.Judge(keeps: true), .. AtMost("the next leader", took, s_takeover)];
        if (spoke > 0) broken.Add($"{leader} spoke {spoke} times after it woke");
        return new Outcome(broken, $"the other one committed {Ms(took)} after the stop, the woken one spoke {spoke} times; {box.Chronicle.Say(begin)}");
    }

    /// <summary>A minority in trouble changes nothing: one replica leads all the time.</summary>
    private static IEnumerable<string> Steady(BlackBox box)
    {
        var terms = box.Chronicle.Speaking;
        if (terms.Count != 1) yield return $"{terms.Count} terms spoke, and nothing had happened to a majority: {box.Chronicle.Say(0)}";
    }

    private static IEnumerable<string> AtMost(string what, TimeSpan took, TimeSpan bound)
    {
        if (took > bound) yield return $"{what} took {Ms(took)}, at most {Ms(bound)} are allowed";
    }

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
