namespace Lab.Measuring;

/// <summary>What the clients went through in a span of time.</summary>
/// <param name="Milliseconds">
/// From the start of the last good request before the first failure to the start of the first good one after the last failure;
/// 0 when none failed; up to the end of the span when service did not come back.
/// </param>
/// <param name="Failed">Failed requests in the span.</param>
/// <param name="Recovered">Whether a good request followed the last failure.</param>
/// <param name="GoodWithin">Good requests between the first and the last failure: more than 0 means service flapped.</param>
internal sealed record Outage(double Milliseconds, int Failed, bool Recovered, int GoodWithin)
{
    /// <param name="requests">In any order.</param>
    /// <param name="from">A request counts when it ended after this; earlier good ones only say when service was last seen.</param>
    /// <param name="to">A request counts when it started before this.</param>
    public static Outage Of(IEnumerable<Request> requests, long from, long to)
    {
        var ordered = requests.Where(request => request.Start < to).OrderBy(request => request.Start).ToList();
        var failures = ordered.Where(request => !request.Good && request.End >= from).ToList();
        if (failures.Count == 0) return new Outage(0, 0, Recovered: true, GoodWithin: 0);
        var (first, last) = (failures[0].Start, failures[^1].Start);
        var before = ordered.LastOrDefault(request => request.Good && request.Start < first);
        var after = ordered.FirstOrDefault(request => request.Good && request.Start > last);
        var lastSeen = before.Good && before.Start > 0 ? before.Start : first;
        var recovered = after.Start > 0;
        var length = (recovered ? after.Start : Math.Max(to, last)) - lastSeen;
        return new Outage(Clock.Milliseconds(length), failures.Count, recovered, ordered.Count(request => request.Good && request.Start > first && request.Start < last));
    }
}

/// <summary>Where the VIP went, by both witnesses: the answers' X-LB and the balancers' own interfaces.</summary>
/// <param name="Count">Changes of the serving balancer, the larger of the two counts: a flap between two requests shows too.</param>
/// <param name="ServedElsewhereAt">Start of the first good request that another balancer answered; null when none did.</param>
internal sealed record Moves(int Count, long? ServedElsewhereAt)
{
    public static Moves Of(IEnumerable<Request> requests, IEnumerable<VipChange> changes, byte holder, long from, long to)
    {
        var answered = 0;
        long? elsewhere = null;
        var serving = holder;
        foreach (var request in requests.Where(r => r.Good && r.Balancer != 0 && r.End >= from && r.Start < to).OrderBy(r => r.Start))
        {
            if (request.Balancer != holder) elsewhere ??= request.Start;
            if (request.Balancer == serving) continue;
            serving = request.Balancer;
            answered++;
        }
        var gained = 0;
        var owner = holder;
        foreach (var change in changes.Where(c => c.Gained && c.At >= from && c.At < to).OrderBy(c => c.At))
        {
            if (change.Balancer == owner) continue;
            owner = change.Balancer;
            gained++;
        }
        return new Moves(Math.Max(answered, gained), elsewhere);
    }
}
