using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Demo.Panel;

namespace Demo.Page;

/// <summary>The body of a press.</summary>
internal sealed record Press([property: JsonRequired] bool On);

/// <param name="Done">What was done, in a sentence; null when it was only asked.</param>
internal sealed record FaultList(string? Done, ImmutableArray<FaultView> Faults);

internal sealed record FaultView(string Id, string Kind, string Target, string Label, string Help, bool On)
{
    public static ImmutableArray<FaultView> Of(ImmutableArray<Fault> faults) => [.. faults.Select(f => new FaultView(f.Id, f.Kind, f.Target, f.Label, f.Help, f.On))];
}

/// <summary>First of a stream.</summary>
/// <param name="Run">Names this run of the demo: lines of another one are no part of its story.</param>
/// <param name="From">Number of the first line that follows; 0: none yet.</param>
internal sealed record StoryBegins(string Run, long From);

internal sealed record LineView(long Number, long AtMs, string Who, string Text, string Tone);

/// <param name="Armed">Everything has been ready once: from here on outages count.</param>
internal sealed record WorldView(long AtMs, bool Armed, ImmutableArray<GroupView> Groups, ImmutableArray<NodeView> Nodes);

/// <param name="Reached">Where a client's packets go; null: nowhere.</param>
/// <param name="Served">Whether a client that connects now gets an answer.</param>
/// <param name="Away">The last time that clients were not served; null: never since all was armed.</param>
internal sealed record GroupView(string Name, ImmutableArray<string> Holders, string? Reached, bool Served, int Moves, AwayView? Away);

/// <param name="Over">False: it still lasts, and <paramref name="Ms"/> is its length so far.</param>
internal sealed record AwayView(double AtMs, double Ms, bool Over);

/// <param name="Ills">What is wrong with the host, in words.</param>
/// <param name="Roles">By group.</param>
internal sealed record NodeView(string Name, ImmutableArray<string> Ills, ImmutableSortedDictionary<string, RoleView> Roles);

internal sealed record RoleView(string Role, int Priority, bool Fenced);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Press))]
[JsonSerializable(typeof(FaultList))]
[JsonSerializable(typeof(StoryBegins))]
[JsonSerializable(typeof(LineView))]
[JsonSerializable(typeof(WorldView))]
internal sealed partial class PageJson : JsonSerializerContext;
