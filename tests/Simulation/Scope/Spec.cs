using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>
/// One small scope: who takes part, how much of each thing may happen, and where it begins. Within these bounds everything that can happen is
/// tried: each message may arrive at any time after it was sent, never, or twice, and its answer may be heard or not.
/// </summary>
/// <param name="Timers">How often each process's next timer may fire.</param>
internal sealed record Spec(string Name, string Text, int[] Timers)
{
    public int Servers { get; init; } = 3;
    /// <summary>How often each process may wait for longer than any lease at once.</summary>
    public int[] Waits { get; init; } = [];
    /// <summary>Restarts with the data as it was.</summary>
    public int Restarts { get; init; }
    /// <summary>Restarts without any data.</summary>
    public int Wipes { get; init; }
    /// <summary>FLUSHALL.</summary>
    public int Flushes { get; init; }
    /// <summary>Restarts without the newest write.</summary>
    public int Tails { get; init; }
    /// <summary>Questions that arrive twice.</summary>
    public int Doubles { get; init; }
    /// <summary>Graceful stops.</summary>
    public int Stops { get; init; }
    /// <summary>For each process the one that begins in its place when it is killed, which may happen at any moment: with nothing of its memory and another name. -1: it lives on.</summary>
    public int[] Heirs { get; init; } = [];
    /// <summary>The disks are trusted (<c>restartTrust: aof-always</c>), and the servers say that theirs keep everything.</summary>
    public bool Trust { get; init; }
    /// <summary>In each second each process's own clock runs a tenth fast or a tenth slow, and that is the bound that everybody counts on.</summary>
    public bool ClockError { get; init; }
    /// <summary>0: every clock runs as it likes, and leases overlap. Otherwise so many seconds pass, on all clocks alike, and leases are judged.</summary>
    public int Seconds { get; init; }
    /// <summary>Answers stay on their way as well. Otherwise an answer is heard at once or never, which is the same but for answers that come after their question was given up.</summary>
    public bool LateAnswers { get; init; }
    /// <summary>Which servers' answers a round of reads hears, as bits; empty: all.</summary>
    public int[] Hears { get; init; } = [];
    /// <summary>Renamed servers are the same state. Off where a rule is off whose absence depends on their order.</summary>
    public bool Symmetric { get; init; } = true;
    /// <summary>Steps taken before the search begins, as they are printed; the first whose text begins so is taken.</summary>
    public string[] Start { get; init; } = [];
    /// <summary>The first value knows these servers only; the others vote in the generation before it, as after <c>force-seed</c> without a server that was alive.</summary>
    public int Without { get; init; }
    /// <summary>Where nothing is under way, every server must come to vote by itself.</summary>
    public bool MustHeal { get; init; }
    /// <summary>Processes that take servers back without leading.</summary>
    public bool Volunteers { get; init; }
    /// <summary>What each of them has counted its ballots up to, in rounds that came to nothing before.</summary>
    public int[] Numbers { get; init; } = [];
    public Planted Planted { get; init; } = Planted.Nothing;
    /// <summary>Of a run in CI; a long run goes as far as its minutes and its memory.</summary>
    public long CiStates { get; init; } = 100_000;
    public int CiDepth { get; init; } = 60;

    public int Processes => Timers.Length;

    public bool HasHeir(int process) => process < Heirs.Length && Heirs[process] >= 0;

    public bool IsHeir(int process) => Heirs.Contains(process);

    public bool Timed => Seconds > 0;

    /// <summary>So many servers may lose their memory that no majority votes.</summary>
    public bool Disaster => Restarts + Wipes + Flushes + Tails + Start.Count(s => s.Contains("restarts", StringComparison.Ordinal) || s.Contains("flushed", StringComparison.Ordinal)) > (Servers - 1) / 2;

    /// <summary>What a process waits that waits for longer than any lease.</summary>
    public static TimeSpan Waited(LeaseSettings settings) => settings.WaitOver(0) + TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Whole seconds, and nothing drawn from dice. In a scope without time the lease never ends by itself, so that what is tried does not depend on
    /// leases: the register must hold whatever the clocks do. There who answered once is taken to answer still (ReadMost, of which nothing else is drawn).
    /// </summary>
    public LeaseSettings Settings
    {
        get
        {
            var second = TimeSpan.FromSeconds(1);
            var settings = new LeaseSettings
            {
                Lease = Timed ? 4 * second : 100 * second, Renew = Timed ? 2 * second : 10 * second, RpcTimeout = second, Guard = second / 2, ClockRate = ClockError ? 0.1 : 0, TrustAof = Trust, Margin = second / 2,
                ReadLeast = Timed ? second : 4 * second, ReadMost = Timed ? second : TimeSpan.FromDays(1000), BackoffLeast = second, BackoffMost = second, RetryLeast = second, RetryMost = second,
            };
            return Planted.Settings?.Invoke(settings) ?? settings;
        }
    }
}
