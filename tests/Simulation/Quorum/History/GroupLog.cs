using System.Globalization;
using Arbiter.Core;
using Arbiter.Tests.Quorum.Linearizability;
using Contracts.Vocabulary;

namespace Simulation.Quorum.History;

/// <summary>How much a replica promises when it says what stands.</summary>
internal enum Sureness
{
    /// <summary>A majority had it at some time until now: a follower's picture may be old.</summary>
    Picture,
    /// <summary>Nothing that was told as committed before the question is missing.</summary>
    Leader,
    /// <summary>Its own change of the register was acknowledged: this stood when that happened.</summary>
    Recorded,
}

/// <summary>A proposal and its answer.</summary>
internal sealed class Asked(Proposal proposal, string mark, string by, TimeSpan call)
{
    public GroupName Group => proposal.Group;
    /// <summary>What is read when it stands; never used twice.</summary>
    public string Mark => mark;
    public TimeSpan Call => call;
    public ProposalOutcome? Outcome { get; private set; }
    public TimeSpan Return { get; private set; } = TimeSpan.MaxValue;
    private long Generation { get; set; }
    private Assignment? Current { get; set; }

    public void Answer(ProposalOutcome outcome, long generation, Assignment? current, TimeSpan now) => (Outcome, Generation, Current, Return) = (outcome, generation, current, now);

    /// <summary>Null when it was refused: then it is no operation, and whoever reads its mark is told what nobody put there.</summary>
    /// <param name="seen">By mark the epoch that anybody read.</param>
    public Operation<GroupAsk>? Operation(Dictionary<string, long> seen) => Outcome switch
    {
        ProposalOutcome.Refused => null,
        ProposalOutcome.Committed => new(call.Ticks, Return.Ticks, new GroupAsk.Cas(Generation, proposal.ExpectedEpoch, Current!.Epoch, mark), by),
        _ => new(call.Ticks, null, new GroupAsk.MaybeCas(proposal.ExpectedEpoch, mark, seen.TryGetValue(mark, out var epoch) ? epoch : null), by),
    };

    public override string ToString()
    {
        var stands = Current is null ? "" : $"; epoch {Current.Epoch} ({Current.Reason} at {Current.Holder}) stands";
        var answer = Outcome switch
        {
            ProposalOutcome.Committed => $"committed as epoch {Current!.Epoch} of generation {Generation}",
            ProposalOutcome.Refused => $"refused{stands}",
            ProposalOutcome.Unknown => $"unknown{stands}",
            _ => "no answer",
        };
        return $"asks for '{mark}' over epoch {proposal.ExpectedEpoch}: {answer}";
    }

    public (TimeSpan At, string Text) Line() => (call, GroupLog.Line(call.Ticks, Outcome is null ? null : Return.Ticks, by, ToString()));
}

/// <summary>One group's history.</summary>
internal sealed class GroupLog(GroupName group)
{
    private const int MaxLines = 100;

    private readonly List<Asked> _asked = [];
    private readonly List<(Operation<GroupAsk> Read, Sureness Sureness)> _reads = [];

    public GroupName Group => group;

    public int Count => _asked.Count + _reads.Count;

    public void Add(Asked asked) => _asked.Add(asked);

    public void Add(Operation<GroupAsk> read, Sureness sureness) => _reads.Add((read, sureness));

    /// <summary>
    /// What who led answered. A change without an answer may stand, and a follower may see it, while its leader still says what stood before:
    /// so pictures are not in here.
    /// </summary>
    public List<Operation<GroupAsk>> ByLeaders() => [.. Proposals(), .. _reads.Where(r => r.Sureness != Sureness.Picture).Select(r => r.Read)];

    /// <summary>
    /// What stood at some time before it was told, for all that was told. Not of a generation from before somebody came to lead it: nobody acted on it, and
    /// when all lose their memory once more the next one may begin below it, or have its number.
    /// </summary>
    public List<Operation<GroupAsk>> ByAnybody()
    {
        var led = _reads.Where(r => r.Sureness == Sureness.Recorded).GroupBy(r => GenerationOf(r.Read), r => r.Read.Call).ToDictionary(g => g.Key, g => g.Min());
        return [.. Proposals(), .. _reads.Where(r => led.TryGetValue(GenerationOf(r.Read), out var from) && r.Read.Call >= from).Select(r => r.Sureness == Sureness.Recorded ? r.Read : r.Read with { Call = 0 })];
    }

    private static long GenerationOf(Operation<GroupAsk> read) => ((GroupAsk.Read)read.What).Generation;

    private IEnumerable<Operation<GroupAsk>> Proposals()
    {
        var seen = new Dictionary<string, long>();
        foreach (var (operation, _) in _reads)
            if (operation.What is GroupAsk.Read read) seen.TryAdd(read.Token, read.Epoch);
        foreach (var one in _asked)
            if (one.Operation(seen) is { } operation) yield return operation;
    }

    /// <summary>Who asked what, when, and was answered what: the newest until then.</summary>
    public string Lines(TimeSpan until)
    {
        var lines = _asked.Select(a => a.Line())
            .Concat(_reads.Select(r => (At: TimeSpan.FromTicks(r.Read.Call), Text: Line(r.Read) + r.Sureness switch
            {
                Sureness.Picture => " (a picture: some time before)", Sureness.Leader => " (as who leads)", _ => " (as its own change found it)",
            })))
            .Where(l => l.At <= until).OrderBy(l => l.At).Select(l => l.Text).ToArray();
        return $"\nthe history of {group} until then, {Math.Min(lines.Length, MaxLines)} of {lines.Length} lines:{string.Concat(lines.TakeLast(MaxLines).Select(l => $"\n  {l}"))}";
    }

    public static string Line(Operation<GroupAsk> operation) => Line(operation.Call, operation.Return, operation.Client, operation.What.ToString()!);

    public static string Line(long call, long? end, string who, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{Seconds(call),9} .. {(end is { } at ? Seconds(at) : "?"),9}  {who} {what}");

    private static string Seconds(long ticks) => (ticks / (double)TimeSpan.TicksPerSecond).ToString("0.0000", CultureInfo.InvariantCulture);
}
