namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>Histories made from a register that does one thing after the other, with the time of each operation drawn around the moment it took effect.</summary>
internal static class RandomHistories
{
    public static Operation<GroupAsk>[] Good(Random random, int count) => [.. Effects(random, count).Select(e => e.Operation)];

    /// <summary>One that is good but for a read, which tells what stood before something that returned before the read was called.</summary>
    public static Operation<GroupAsk>[]? Stale(Random random, int count)
    {
        var effects = Effects(random, count);
        var puts = effects.Where(e => e.Operation is { What: GroupAsk.Cas, Return: not null }).ToArray();
        if (puts.Length < 3) return null;
        var missed = puts[random.Next(1, puts.Length - 1)];
        var old = (GroupAsk.Cas)puts.Last(p => p.At < missed.At).Operation.What;
        var call = missed.Operation.Return!.Value + 1;
        return [.. effects.Select(e => e.Operation), new(call, call + random.Next(1, 20), new GroupAsk.Read(1, old.Epoch, old.Token))];
    }

    /// <summary>A few operations with answers from a small draw: good by chance only.</summary>
    public static Operation<GroupAsk>[] Any(Random random, int count) =>
    [
        .. Enumerable.Range(0, random.Next(2, count + 1)).Select(i =>
        {
            var call = random.Next(0, 12);
            long epoch = random.Next(0, 3);
            GroupAsk what = random.Next(4) switch
            {
                0 => new GroupAsk.Cas(1, epoch, epoch + 1, $"t{epoch + 1}"),
                1 => new GroupAsk.MaybeCas(epoch, $"t{epoch + 1}"),
                _ => new GroupAsk.Read(random.Next(8) == 0 ? 2 : 1, epoch, epoch == 0 ? "" : $"t{epoch}"),
            };
            return new Operation<GroupAsk>(call, what is GroupAsk.MaybeCas ? null : call + random.Next(0, 8), what, $"c{i}");
        }),
    ];

    /// <summary>The same with a mark of its own for each change; what is read is drawn among the marks.</summary>
    public static Operation<GroupAsk>[] Marked(Random random, int count)
    {
        var history = new List<Operation<GroupAsk>>();
        for (var i = 0; i < random.Next(2, count + 1); i++)
        {
            var call = random.Next(0, 14);
            long expected = random.Next(0, 3);
            GroupAsk what = random.Next(5) switch
            {
                0 or 1 => new GroupAsk.Cas(1, expected, expected + 1, $"m{i}"),
                2 or 3 => new GroupAsk.MaybeCas(expected, $"m{i}"),
                _ => new GroupAsk.Read(1, 0, ""),
            };
            if (what is GroupAsk.Read && history.Count > 0)
            {
                what = history[random.Next(history.Count)].What switch
                {
                    GroupAsk.Cas cas => new GroupAsk.Read(1, cas.Epoch, cas.Token),
                    // whoever reads a mark reads it with one epoch
                    GroupAsk.MaybeCas maybe => new GroupAsk.Read(1, maybe.Expected + 1, maybe.Token),
                    var other => other,
                };
            }
            history.Add(new(call, what is GroupAsk.MaybeCas ? null : call + random.Next(0, 8), what, $"c{i}"));
        }
        return [.. history];
    }

    private static List<(long At, Operation<GroupAsk> Operation)> Effects(Random random, int count)
    {
        var effects = new List<(long, Operation<GroupAsk>)>();
        var (at, epoch, token, unread) = (0L, 0L, "", false);
        for (var i = 0; i < count; i++)
        {
            at += random.Next(1, 10);
            var (call, end) = (at - random.Next(0, 30), at + random.Next(0, 30));
            // a client builds only on what somebody read or was told
            switch (unread ? 0 : random.Next(10))
            {
                case < 4:
                    unread = false;
                    effects.Add((at, new(call, end, new GroupAsk.Read(1, epoch, token))));
                    break;
                case < 7:
                    var next = epoch + random.Next(1, 4);
                    effects.Add((at, new(call, end, new GroupAsk.Cas(1, epoch, next, $"t{i}"))));
                    (epoch, token) = (next, $"t{i}");
                    break;
                case < 9:
                    // unheard, and it happened, perhaps long after it was asked
                    effects.Add((at, new(call - random.Next(0, 200), null, new GroupAsk.MaybeCas(epoch, $"t{i}"))));
                    (epoch, token, unread) = (epoch + random.Next(1, 4), $"t{i}", true);
                    break;
                default:
                    effects.Add((at, new(call, null, new GroupAsk.MaybeCas(epoch, $"never{i}"))));
                    break;
            }
        }
        return effects;
    }
}

/// <summary>The same question answered without any thought: all orders of all choices.</summary>
internal static class EveryOrder
{
    public static bool Allows<TState, TWhat>(IObjectModel<TState, TWhat> model, IReadOnlyList<Operation<TWhat>> history) where TState : IEquatable<TState> =>
        Allows(model, model.Initial, [.. history]);

    private static bool Allows<TState, TWhat>(IObjectModel<TState, TWhat> model, TState state, List<Operation<TWhat>> left) where TState : IEquatable<TState>
    {
        if (left.TrueForAll(o => o.Return is null)) return true;
        foreach (var next in left)
        {
            if (left.Exists(o => o.Return < next.Call) || !model.TryStep(state, next.What, out var after)) continue;
            if (Allows(model, after, [.. left.Where(o => !ReferenceEquals(o, next))])) return true;
        }
        return false;
    }
}
