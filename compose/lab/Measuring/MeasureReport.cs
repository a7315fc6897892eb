using System.Text.Json;

namespace Lab.Measuring;

/// <summary>One run of a measurement.</summary>
/// <param name="Holder">Who held the VIP when the fault came.</param>
/// <param name="MovedToMs">From the fault to the first good answer of another balancer; null when none answered.</param>
/// <param name="Moves">Moves from the fault until it was healed.</param>
/// <param name="LaterMoves">Moves from the healing until the lab was armed again: 0 unless the site fails back.</param>
/// <param name="LaterFailed">Failed requests in that time.</param>
/// <param name="Load">The machine's load average of the last minute.</param>
internal sealed record MeasuredRun(string Holder, Outage Outage, double? MovedToMs, int Moves, int LaterMoves, int LaterFailed, double Load);

internal sealed record Spread(double Min, double Median, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new Spread(sorted[0], (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[^1]);
    }
}

/// <summary>What <c>measure --json</c> prints.</summary>
internal sealed record MeasureReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string Fault { get; init; }
    public required int N { get; init; }
    public required string Setup { get; init; }
    public required Spread OutageMs { get; init; }
    public required Spread FailedRequests { get; init; }
    /// <summary>Median over the runs in which the VIP moved; null when it never did.</summary>
    public required double? MovedToMs { get; init; }
    /// <summary>All runs together, from each fault until it was healed.</summary>
    public required int Moves { get; init; }
    /// <summary>All runs together, from the healing until armed again.</summary>
    public required int LaterMoves { get; init; }
    public required int LaterFailedRequests { get; init; }
    /// <summary>Runs in which service had come back before the fault was healed.</summary>
    public required int Recovered { get; init; }
    public required IReadOnlyList<MeasuredRun> Runs { get; init; }

    public static MeasureReport Of(string fault, string setup, IReadOnlyList<MeasuredRun> runs)
    {
        var moved = runs.Select(run => run.MovedToMs).OfType<double>().ToList();
        return new MeasureReport
        {
            Fault = fault,
            N = runs.Count,
            Setup = setup,
            OutageMs = Spread.Of(runs.Select(run => run.Outage.Milliseconds)),
            FailedRequests = Spread.Of(runs.Select(run => (double)run.Outage.Failed)),
            MovedToMs = moved.Count == 0 ? null : Spread.Of(moved).Median,
            Moves = runs.Sum(run => run.Moves),
            LaterMoves = runs.Sum(run => run.LaterMoves),
            LaterFailedRequests = runs.Sum(run => run.LaterFailed),
            Recovered = runs.Count(run => run.Outage.Recovered),
            Runs = runs,
        };
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public string ToText() =>
        $"""
        {Fault}, {N} runs, {Setup}
          outage   {OutageMs.Min} / {OutageMs.Median} / {OutageMs.Max} ms (min / median / max){(Recovered < N ? $", NOT recovered in {N - Recovered}" : "")}
          failed   {FailedRequests.Min} / {FailedRequests.Median} / {FailedRequests.Max} requests of one every 5 ms
          moved    {(MovedToMs is { } ms ? $"other balancer serves {ms} ms after the fault (median)" : "never")}; {Moves} moves in {N} runs
          healed   {LaterFailedRequests} failed requests and {LaterMoves} moves until armed again

        """;
}
