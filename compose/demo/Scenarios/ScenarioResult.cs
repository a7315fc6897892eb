using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Demo.Scenarios;

/// <summary>What became of a scenario: the JSON of <c>--json</c> (docs/demo.md). Times in milliseconds, as the world counts them.</summary>
/// <param name="Missing">What was missing when the time was over; null: it converged.</param>
/// <param name="Unmet">Expectations that were not met, a sentence each.</param>
/// <param name="ArmedMs">From the last thing mended until everything was armed again and stayed so; null: it was not.</param>
/// <param name="TookMs">All of it, without the start of the demo.</param>
internal sealed record ScenarioResult(
    string Scenario, string Sentence, string? Missing, ImmutableArray<string> Unmet, ImmutableArray<GroupResult> Groups, double? ArmedMs, double TookMs, ImmutableArray<ToldLine> Story)
{
    public bool Converged => Missing is null;

    /// <summary>Converged, and every expectation met.</summary>
    public bool Good => Converged && Unmet.IsEmpty;
}

/// <param name="Moves">How often the address came to another node.</param>
/// <param name="Outages">How often a client was not served.</param>
/// <param name="BackMs">From what was last done before the last outage until that was over; null: there was none, or it is not over.</param>
internal sealed record GroupResult(string Group, int Moves, int Outages, double LongestOutageMs, double TotalOutageMs, double? BackMs, string Holder);

/// <param name="AtMs">Since the scenario began.</param>
internal sealed record ToldLine(double AtMs, string Who, string Text, string Tone);

internal sealed record ScenarioName(string Name, string Sentence, ImmutableArray<string> Expect);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ScenarioResult))]
[JsonSerializable(typeof(ImmutableArray<ScenarioName>))]
internal sealed partial class ScenarioJson : JsonSerializerContext;
