using System.Collections.Concurrent;
using System.Globalization;
using Arbiter.Quorum;
using Arbiter.Tests.Quorum.Linearizability;
using QuorumHost;

namespace Arbiter.Tests.Quorum.BlackBox;

/// <summary>Who had the lease and what stood for each group, as a majority of servers said between two moments.</summary>
internal sealed record QuorumRead(long Call, long Return, RegisterValue Value);

/// <summary>Everything that was seen from outside in one case, and what follows from it: who led when, and whether the register did what a register does.</summary>
internal sealed class Chronicle
{
    /// <summary>A look that took longer says too little about when the replica spoke: it may have been stopped within.</summary>
    private const long MostLook = 50_000;

    private readonly ConcurrentQueue<Sighting> _seen = new();
    private readonly ConcurrentQueue<QuorumRead> _reads = new();

    public IEnumerable<Sighting> Seen => _seen;

    public void Add(Sighting sighting) => _seen.Enqueue(sighting);

    public void Add(QuorumRead read) => _reads.Enqueue(read);

    public IEnumerable<Sighting> Of(Sight kind) => _seen.Where(s => s.Kind == kind);

    public int Reads => _reads.Count;

    /// <summary>When a replica spoke for certain: from the first to the last look that found so, term by term.</summary>
    public IReadOnlyList<(string Leader, long Generation, long Term, long From, long To)> Speaking =>
    [
        .. Of(Sight.Speaks).Where(s => s.Return - s.Call <= MostLook).GroupBy(s => (s.Text, s.Generation, s.Number))
            .Select(g => (g.Key.Text, g.Key.Generation, g.Key.Number, g.Min(s => s.Return), g.Max(s => s.Call))).OrderBy(s => s.Item4),
    ];

    /// <summary>The longest time without a committed proposal, between these two.</summary>
    public TimeSpan LongestGap(long from, long to)
    {
        long[] points = [from, .. Of(Sight.Committed).Select(s => s.Return).Where(t => t >= from && t <= to).Order(), to];
        return TimeSpan.FromMicroseconds(points.Zip(points.Skip(1), (a, b) => b - a).Max());
    }

    public IEnumerable<string> Judge(bool keeps) => [.. OneAtATime(), .. EpochsOnce(), .. Groups(keeps), .. Lease()];

    private IEnumerable<string> OneAtATime()
    {
        var speaking = Speaking;
        for (var i = 0; i < speaking.Count; i++)
            for (var j = i + 1; j < speaking.Count; j++)
            {
                var (a, b) = (speaking[i], speaking[j]);
                if (a.Leader == b.Leader && a.Generation == b.Generation) continue;
                if (b.From < a.To && a.From < b.To)
                    yield return $"two spoke at once for {Math.Min(a.To, b.To) - Math.Max(a.From, b.From)} us: {a} and {b}";
            }
    }

    private IEnumerable<string> EpochsOnce()
    {
        var marks = new Dictionary<(long, long), string>();
        var refused = Of(Sight.Refused).Select(s => s.Text).ToHashSet();
        foreach (var (generation, epoch, mark) in Of(Sight.Committed).Select(s => (s.Generation, s.Number, s.Text)).Concat(
            _reads.SelectMany(r => r.Value.Groups.Values.Select(g => (r.Value.Gen, g.Epoch, g.Reason)))))
        {
            if (!marks.TryAdd((generation, epoch), mark) && marks[(generation, epoch)] != mark)
                yield return $"epoch {epoch} of generation {generation} was handed out for {marks[(generation, epoch)]} and for {mark}";
            if (refused.Contains(mark)) yield return $"{mark} was told as refused, and stands";
        }
    }

    private IEnumerable<string> Groups(bool keeps)
    {
        foreach (var group in Of(Sight.Committed).Select(s => s.Group).Distinct().Order(StringComparer.Ordinal))
        {
            var history = _seen.Where(s => s.Group == group && s.Kind is (Sight.Committed or Sight.Unknown))
                .Select(s => s.Kind == Sight.Committed
                    ? new Operation<GroupAsk>(s.Call, s.Return, new GroupAsk.Cas(s.Generation, s.Expected, s.Number, s.Text), s.Replica)
                    : new Operation<GroupAsk>(s.Call, null, new GroupAsk.MaybeCas(s.Expected, s.Text), s.Replica))
                .Concat(_reads.Select(r => r.Value.Groups.TryGetValue(group, out var entry)
                    ? new Operation<GroupAsk>(r.Call, r.Return, new GroupAsk.Read(r.Value.Gen, entry.Epoch, entry.Reason), "reader")
                    : new Operation<GroupAsk>(r.Call, r.Return, new GroupAsk.Read(r.Value.Gen, 0, ""), "reader"))).ToArray();
            var judgement = Linearizer.Judge(new GroupRegister(keeps), GroupHistory.Prepare(history));
            if (judgement.Finding != Finding.Linearizable) yield return $"{group}, {history.Length} operations: {judgement}";
        }
    }

    /// <summary>
    /// Acquisitions are told when they are known; they were asked for after that replica had last lost the lease. One that a reader saw and nobody
    /// told of was taken unheard.
    /// </summary>
    private IEnumerable<string> Lease()
    {
        var first = _seen.Min(s => s.Call);
        var history = Of(Sight.Gained).Select(s => new Operation<LeaseAsk>(
            Of(Sight.Lost).Where(l => l.Replica == s.Replica && l.Return <= s.Return).Select(l => l.Return).DefaultIfEmpty(first).Max(), s.Return, new LeaseAsk.Acquire(s.Text, s.Generation, s.Number), s.Replica)).ToList();
        var told = Of(Sight.Gained).Select(s => (s.Generation, s.Number)).ToHashSet();
        foreach (var read in _reads.Where(r => r.Value.Term > 0 && !told.Contains((r.Value.Gen, r.Value.Term))).DistinctBy(r => (r.Value.Gen, r.Value.Term)))
            history.Add(new(first, null, new LeaseAsk.Acquire(read.Value.Leader ?? "", read.Value.Gen, read.Value.Term), "unheard"));
        history.AddRange(_reads.Where(r => r.Value.Term > 0).Select(r => new Operation<LeaseAsk>(r.Call, r.Return, new LeaseAsk.Read(r.Value.Leader ?? "", r.Value.Gen, r.Value.Term), "reader")));
        history.AddRange(Of(Sight.Speaks).Where(s => s.Return - s.Call <= MostLook).Select(s => new Operation<LeaseAsk>(s.Call, s.Return, new LeaseAsk.Read(s.Text, s.Generation, s.Number), s.Replica)));
        var judgement = Linearizer.Judge(new LeaseRegister(), history);
        if (judgement.Finding != Finding.Linearizable) yield return $"lease, {history.Count} operations: {judgement}";
    }

    public string Say(long since)
    {
        string Ms(long at) => ((at - since) / 1000.0).ToString("0", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Of(Sight.Committed).Count()} committed, {Of(Sight.Refused).Count()} refused, {Of(Sight.Unknown).Count()} unknown, {Reads} reads; spoke: {string.Join(", ", Speaking.Select(s => $"{s.Leader.Split('/')[0]} term {s.Term} {Ms(s.From)}..{Ms(s.To)} ms"))}");
    }
}
