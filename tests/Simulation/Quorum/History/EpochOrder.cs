using Arbiter.Tests.Quorum.Linearizability;

namespace Simulation.Quorum.History;

/// <summary>
/// Whether a group's history is linearizable, in the time that sorting takes. In a generation epochs rise with every change, so what was read and put
/// says in which order it stood: state after state is placed as early as its change and the reads before it allow, and the reads of it must not
/// have returned before. The search says the same (<see cref="EpochOrderTests"/>) of every history that this can judge.
/// </summary>
internal static class EpochOrder
{
    /// <summary>What stood from one change to the next.</summary>
    private sealed class Stood
    {
        public required string Token { get; init; }
        public Operation<GroupAsk>? Put { get; set; }
        public long FirstReturn { get; set; } = long.MaxValue;
        public long LastCall { get; set; } = long.MinValue;
    }

    /// <summary>A change without an answer whose epoch somebody saw.</summary>
    private sealed record Seen(long Expected, long Call, string Token)
    {
        public bool Placed { get; set; }
    }

    /// <param name="keeps">Of a generation: whether it went on with what stood before.</param>
    /// <returns>Null: only a search can tell, because marks repeat, or a change that nobody saw may be what others were built on.</returns>
    public static bool? Allows(IReadOnlyCollection<Operation<GroupAsk>> history, Func<long, bool> keeps)
    {
        if (Changes(history) is not { } changes) return null;
        // a change that nobody saw could be in the place of one that was
        return Follows(history, changes, keeps) ? true : changes.Unseen ? null : false;
    }

    private static bool Follows(IReadOnlyCollection<Operation<GroupAsk>> history, Maybes changes, Func<long, bool> keeps)
    {
        var states = new SortedDictionary<(long Generation, long Epoch), Stood>();
        foreach (var operation in history)
            if (!Note(states, operation)) return false;

        // before the first generation nothing stands; null: anything may
        ((long Epoch, string Token)? stands, long generation, var now) = ((0, ""), 0L, long.MinValue);
        foreach (var ((its, epoch), stood) in states)
        {
            if (its != generation)
            {
                if (generation != 0 && !keeps(its)) stands = null;
                generation = its;
            }
            if (stands is null)
            {
                if (stood.Put is { } put && !Place(put.Call, put.Return!.Value)) return false;
            }
            else if (epoch == stands.Value.Epoch)
            {
                if (stood.Put is not null || stood.Token != stands.Value.Token) return false;
            }
            else if (epoch < stands.Value.Epoch)
            {
                return false;
            }
            else if (Built(changes, stands.Value.Epoch, epoch, stood) is { } built)
            {
                if (!built.All(b => Place(b.Call, b.Return))) return false;
            }
            else
            {
                return false;
            }
            if (now > stood.FirstReturn) return false;
            now = Math.Max(now, stood.LastCall);
            stands = (epoch, stood.Token);
        }
        return true;

        bool Place(long call, long end)
        {
            now = Math.Max(now, call);
            return now <= end;
        }
    }

    private sealed record Maybes(Dictionary<long, Seen> ByEpoch, bool Unseen);

    /// <summary>The changes without an answer; null when marks or epochs of them repeat.</summary>
    private static Maybes? Changes(IReadOnlyCollection<Operation<GroupAsk>> history)
    {
        var (read, marks) = (new Dictionary<string, long>(), new HashSet<string>());
        foreach (var operation in history)
            if (operation.What is GroupAsk.Read { Token.Length: > 0 } seen && !read.TryAdd(seen.Token, seen.Epoch) && read[seen.Token] != seen.Epoch) return null;
        var (changes, unseen) = (new Dictionary<long, Seen>(), false);
        foreach (var operation in history)
        {
            if (operation.What is GroupAsk.Cas put && !marks.Add(put.Token)) return null;
            if (operation.What is not GroupAsk.MaybeCas maybe) continue;
            if (!marks.Add(maybe.Token) || (read.TryGetValue(maybe.Token, out var its) && maybe.Epoch is { } other && its != other)) return null;
            if ((read.TryGetValue(maybe.Token, out var known) ? known : maybe.Epoch) is not { } epoch) unseen = true;
            else if (!changes.TryAdd(epoch, new Seen(maybe.Expected, operation.Call, maybe.Token))) return null;
        }
        return new Maybes(changes, unseen);
    }

    private static bool Note(SortedDictionary<(long, long), Stood> states, Operation<GroupAsk> operation)
    {
        (long, long, string)? what = operation.What switch
        {
            GroupAsk.Read read => (read.Generation, read.Epoch, read.Token),
            GroupAsk.Cas cas => (cas.Generation, cas.Epoch, cas.Token),
            _ => null,
        };
        if (what is not var (generation, epoch, token)) return true;
        if (!states.TryGetValue((generation, epoch), out var stood)) states[(generation, epoch)] = stood = new Stood { Token = token };
        if (stood.Token != token) return false;
        if (operation.What is GroupAsk.Cas put)
        {
            if (stood.Put is not null || put.Epoch <= put.Expected) return false;
            stood.Put = operation;
            return true;
        }
        (stood.FirstReturn, stood.LastCall) = (Math.Min(stood.FirstReturn, operation.Return!.Value), Math.Max(stood.LastCall, operation.Call));
        return true;
    }

    /// <summary>The changes that lead from one epoch to another, in their order; null when there are none.</summary>
    private static List<(long Call, long Return)>? Built(Maybes changes, long from, long to, Stood stood)
    {
        List<(long, long)> built = [];
        var expected = to;
        if (stood.Put is { What: GroupAsk.Cas put } operation)
        {
            built.Add((operation.Call, operation.Return!.Value));
            expected = put.Expected;
        }
        else if (changes.ByEpoch.GetValueOrDefault(to)?.Token != stood.Token)
        {
            return null;
        }
        List<Seen> used = [];
        while (expected > from)
        {
            // nobody saw it in this history, and the one after it needs it
            if (changes.ByEpoch.GetValueOrDefault(expected) is not { Placed: false } seen || seen.Expected >= expected) return null;
            used.Add(seen);
            built.Add((seen.Call, long.MaxValue));
            expected = seen.Expected;
        }
        if (expected != from) return null;
        used.ForEach(u => u.Placed = true);
        built.Reverse();
        return built;
    }
}
