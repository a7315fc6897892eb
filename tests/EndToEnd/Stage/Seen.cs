using System.Globalization;
using Lab.Measuring;

namespace EndToEnd.Stage;

/// <summary>What the client and the balancers' kernels saw in a span of time.</summary>
/// <param name="Stall">The longest time in which the client itself did not come to send: the machine was busy. Milliseconds.</param>
internal sealed record Seen(Outage Outage, Moves Moves, long From, double Stall)
{
    public double? MovedToMs => Moves.ServedElsewhereAt is { } at ? Clock.Milliseconds(at - From) : null;

    public static Seen Of(ReadOnlySpan<Request> ended, IReadOnlyList<VipChange> changes, string holder, long from, long to)
    {
        // a request that began long before the span says nothing about it
        var requests = ended.ToArray().Where(request => request.Start >= from - Clock.Second && request.Start < to).ToList();
        var starts = requests.Where(request => request.Start >= from).Select(request => request.Start).Order().ToList();
        var stall = starts.Zip(starts.Skip(1), (a, b) => b - a).DefaultIfEmpty(0).Max();
        return new Seen(Outage.Of(requests, from, to), Moves.Of(requests, changes, (byte)(holder[^1] - '0'), from, to), from, Clock.Milliseconds(stall));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"outage {Outage.Milliseconds} ms, {Outage.Failed} failed ({Outage.GoodWithin} good between), moves {Moves.Count}, other balancer after {MovedToMs?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-"} ms, client stalled {Stall} ms at most");
}
