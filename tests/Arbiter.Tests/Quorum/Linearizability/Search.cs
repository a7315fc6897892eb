using System.Collections;

namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>
/// Depth first over the orders: the next operation is one whose call stands before the first return that is left. What was placed and the state it
/// led to is remembered: met again, by another order, it leads nowhere again.
/// </summary>
internal sealed class Search<TState, TWhat>(IObjectModel<TState, TWhat> model, long bound) where TState : IEquatable<TState>
{
    /// <summary>A call or a return in the order of time; placed operations are taken out of the list and put back.</summary>
    private sealed class Entry(int operation, bool isCall)
    {
        public int Operation => operation;
        public bool IsCall => isCall;
        /// <summary>Of a call; null of an operation that never returned, or need not be placed.</summary>
        public Entry? Match;
        public Entry? Before;
        public Entry? After;

        public void Remove()
        {
            Before!.After = After;
            if (After is not null) After.Before = Before;
        }

        public void PutBack()
        {
            Before!.After = this;
            if (After is not null) After.Before = this;
        }
    }

    /// <summary>Which operations are placed, compared by content.</summary>
    private readonly record struct Met(ulong Hash, int Count, BitArray Placed, TState State)
    {
        public bool Equals(Met other)
        {
            if (Hash != other.Hash || Count != other.Count || !State.Equals(other.State)) return false;
            for (var i = 0; i < Placed.Length; i++)
                if (Placed[i] != other.Placed[i]) return false;
            return true;
        }

        public override int GetHashCode() => HashCode.Combine(Hash, State);
    }

    public long Steps { get; private set; }

    /// <param name="operations">By call.</param>
    /// <param name="optional">Those that may be placed within their time, and need not be. One without a return never must.</param>
    public Finding Run(TState initial, IReadOnlyList<Operation<TWhat>> operations, IReadOnlySet<Operation<TWhat>>? optional = null)
    {
        var head = List(operations, optional);
        var left = operations.Count(o => o.Return is not null && optional?.Contains(o) != true);
        var (placed, hash, count) = (new BitArray(operations.Count), 0UL, 0);
        var met = new HashSet<Met>();
        var (taken, state) = (new Stack<(Entry Call, TState Before, long Newest, bool Sure)>(), initial);
        // the newest call that is placed: what returned before it can no longer be placed behind it
        var newest = long.MinValue;
        var at = head.After;
        while (left > 0)
        {
            if (at is { IsCall: true })
            {
                if (++Steps > bound) return Finding.TooHard;
                var operation = operations[at.Operation];
                // what need not be placed and would change nothing is not tried
                if (!(operation.Return < newest) && model.TryStep(state, operation.What, out var next) && (at.Match is not null || !next.Equals(state)) && Remember(at.Operation, next))
                {
                    // what changes nothing and must be placed may as well be placed now: no order is lost
                    taken.Push((at, state, newest, optional is null && at.Match is not null && next.Equals(state)));
                    newest = Math.Max(newest, operation.Call);
                    (state, hash, count) = (next, hash ^ Mix(at.Operation), count + 1);
                    placed[at.Operation] = true;
                    at.Remove();
                    if (at.Match is { } end)
                    {
                        end.Remove();
                        left--;
                    }
                    at = head.After;
                }
                else
                {
                    at = at.After;
                }
                continue;
            }
            // the end, or a return of an operation that is not placed: whatever was placed last was wrong
            (Entry Call, TState Before, long Newest, bool Sure) wrong;
            do
            {
                if (!taken.TryPop(out wrong)) return Finding.NotLinearizable;
                if (wrong.Call.Match is { } back)
                {
                    back.PutBack();
                    left++;
                }
                wrong.Call.PutBack();
                (state, newest) = (wrong.Before, wrong.Newest);
                (hash, count) = (hash ^ Mix(wrong.Call.Operation), count - 1);
                placed[wrong.Call.Operation] = false;
            }
            while (wrong.Sure);
            at = wrong.Call.After;
        }
        return Finding.Linearizable;

        bool Remember(int operation, TState next)
        {
            var key = new Met(hash ^ Mix(operation), count + 1, placed, next);
            // copied only when it is new
            placed[operation] = true;
            var known = met.Contains(key);
            if (!known) met.Add(key with { Placed = new BitArray(placed) });
            placed[operation] = false;
            return !known;
        }
    }

    private static Entry List(IReadOnlyList<Operation<TWhat>> operations, IReadOnlySet<Operation<TWhat>>? optional)
    {
        var entries = new List<(long At, int Order, Entry Entry)>(operations.Count * 2);
        for (var i = 0; i < operations.Count; i++)
        {
            var call = new Entry(i, isCall: true);
            entries.Add((operations[i].Call, 0, call));
            if (operations[i].Return is not { } at || optional?.Contains(operations[i]) == true) continue;
            call.Match = new Entry(i, isCall: false);
            entries.Add((at, 1, call.Match));
        }
        // at one time a call stands before a return: such operations overlap
        entries.Sort((a, b) => (a.At, a.Order, a.Entry.Operation).CompareTo((b.At, b.Order, b.Entry.Operation)));
        var head = new Entry(-1, isCall: false);
        var last = head;
        foreach (var (_, _, entry) in entries)
        {
            (last.After, entry.Before) = (entry, last);
            last = entry;
        }
        return head;
    }

    private static ulong Mix(int operation)
    {
        var x = (ulong)(operation + 1) * 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        return x ^ (x >> 27);
    }
}
