using System.Collections.Immutable;
using Arbiter.Core;

namespace Arbiter.History;

/// <summary>
/// Reads all servers at once and puts together what they have, by id. A page is right even with gaps on each server: whatever belongs to
/// the newest of all stands among the newest of the server that has it.
/// </summary>
internal sealed class UnionReader(ImmutableArray<ServerRecord> servers, HistoryTail tail, StreamNames names)
{
    public const int MostEntries = 1000;

    /// <param name="ring">What the register itself still holds: it is there when no server lets streams be read.</param>
    public async Task<HistoryPage> Page(string? group, HistoryPlace? below, int most, IEnumerable<RecordedEvent> ring, CancellationToken stopping)
    {
        most = Math.Clamp(most, 1, MostEntries);
        var stream = names.Events(group);
        var (answers, answered) = await Ask(s => s.Below(stream, below, most, stopping), stopping);
        var found = new SortedDictionary<HistoryPlace, HistoryEntry>();
        foreach (var what in ring)
            if (what.Group == group && Within(HistoryPlace.Of(what), below)) found[HistoryPlace.Of(what)] = new HistoryEntry(what, null);
        foreach (var entry in answers.Append(tail.Of(stream)).SelectMany(a => a))
        {
            if (!Within(entry.Place, below) || found.GetValueOrDefault(entry.Place)?.Detail is not null) continue;
            if (HistoryJson.Event(entry) is { } what) found[entry.Place] = new HistoryEntry(what, entry.Detail);
        }
        ImmutableArray<HistoryEntry> page = [.. found.Values.Reverse().Take(most)];
        return new HistoryPage(await WithOutcomes(group, page, stopping), answered, servers.Length) { Sources = [.. servers.Select(s => s.Now)] };
    }

    /// <summary>Rising; of each place once.</summary>
    public async Task<ImmutableArray<HistoryEntry>> Between(string? group, HistoryPlace from, HistoryPlace to, int most, CancellationToken stopping)
    {
        var stream = names.Events(group);
        var (answers, _) = await Ask(s => s.Between(stream, from, to, most, stopping), stopping);
        var found = new SortedDictionary<HistoryPlace, HistoryEntry>();
        foreach (var entry in answers.Append(tail.Of(stream)).SelectMany(a => a).Where(e => e.Place >= from && e.Place <= to))
            if (found.GetValueOrDefault(entry.Place)?.Detail is null && HistoryJson.Event(entry) is { } what) found[entry.Place] = new HistoryEntry(what, entry.Detail);
        return [.. found.Values.Take(most)];
    }

    private async Task<ImmutableArray<HistoryEntry>> WithOutcomes(string? group, ImmutableArray<HistoryEntry> page, CancellationToken stopping)
    {
        var decisions = page.Where(e => e.Event.Type == EventTypes.DecisionMade).Select(e => HistoryPlace.Of(e.Event)).ToArray();
        if (decisions.Length == 0) return page;
        var stream = names.Outcomes(group);
        var (answers, _) = await Ask(s => s.Between(stream, decisions[^1], decisions[0], decisions.Length, stopping), stopping);
        var found = new Dictionary<HistoryPlace, string>();
        foreach (var entry in answers.Append(tail.Of(stream)).SelectMany(a => a)) found[entry.Place] = entry.Body;
        return [.. page.Select(e => found.TryGetValue(HistoryPlace.Of(e.Event), out var outcome) ? e with { Outcome = outcome } : e)];
    }

    private async Task<(List<ImmutableArray<StreamEntry>> Answers, int Answered)> Ask(Func<IStreamServer, Task<ImmutableArray<StreamEntry>>> question, CancellationToken stopping)
    {
        var asked = servers.Select(async s =>
        {
            try
            {
                var answer = await question(s.Server);
                s.Good(Way.Read);
                return (ImmutableArray<StreamEntry>?)answer;
            }
            catch (StreamTrouble trouble)
            {
                s.Bad(Way.Read, trouble);
                return null;
            }
        });
        var answers = (await Task.WhenAll(asked)).Where(a => a is not null).Select(a => a!.Value).ToList();
        stopping.ThrowIfCancellationRequested();
        return (answers, answers.Count);
    }

    private static bool Within(HistoryPlace place, HistoryPlace? below) => below is not { } b || place < b;
}
