using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>Messages as the scripts of tests/Arbiter.Tests/Quorum/Scripts write them.</summary>
internal static class Text
{
    public static string Of(Request request, Canonical values) => Story.Of(request, Short, json => Value(json, values));

    public static string Of(Reply reply) =>
        Story.Of(reply, Short, json => json.Length > 0 && RegisterValue.TryParse(json, out var value, out _) ? $" value {Name(value)}" : "");

    private static string Value(string json, Canonical values) => values.Parse(json) is { } value ? $" value {Name(value)}" : " value ?";

    /// <summary>Leader/term.seq, and the incarnations that are not the first.</summary>
    private static string Name(RegisterValue value)
    {
        var odd = value.Cfg.Where(c => c.Value != c.Key + "0").Select(c => $"{c.Key}:{Short(c.Value)}").ToArray();
        return $"{value.Leader ?? "nobody"}/{value.Term}.{value.Seq}{(odd.Length > 0 ? $" ({string.Join(", ", odd)})" : "")}";
    }

    private static string Short(string incarnation) => incarnation.TrimStart('0') is { Length: > 0 } rest && incarnation.Length > 16 ? rest : incarnation;
}
