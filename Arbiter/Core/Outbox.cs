using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Arbiter.Core;

/// <summary>
/// What was told and what is still to be told, kept in the register beside the assignments, so that it changes together with them and
/// outlives every arbiter. Immutable; an unchanged outbox stays the same object.
/// </summary>
public sealed record Outbox
{
    /// <summary>Events kept: the newest. Older ones are in the history (docs/history.md).</summary>
    public const int MaxEvents = 64;
    /// <summary>32 of the configuration and <c>vip.events</c>.</summary>
    public const int MaxReceivers = 33;
    public const int MaxSchedules = 256;

    public static Outbox Empty { get; } = new();

    /// <summary>Number of the newest event ever; 0 = none yet.</summary>
    public long Last { get; init; }
    /// <summary>By rising number, without gaps, the last one being <see cref="Last"/>.</summary>
    public ImmutableArray<RecordedEvent> Events { get; init; } = [];
    /// <summary>By group and node the newest transition of keepalived that was recorded.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, SeenRole>> Seen { get; init; } = Nothing<ImmutableSortedDictionary<string, SeenRole>>();
    /// <summary>By group the diagnoses that were raised and not cleared.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<OpenDiagnosis>> Open { get; init; } = Nothing<ImmutableArray<OpenDiagnosis>>();
    public ImmutableSortedDictionary<string, ReceiverProgress> Receivers { get; init; } = Nothing<ReceiverProgress>();
    /// <summary>By schedule the last time it fired, made or missed: it never fires twice for one time.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Fired { get; init; } = Nothing<DateTimeOffset>();
    /// <summary>Members of a newer program: written back as they were read. Null when there are none; never changed.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    public static ImmutableSortedDictionary<string, T> Nothing<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    /// <summary>With an event behind all others; the oldest gives way. Number, generation and length of the reason are set here.</summary>
    public Outbox Append(RecordedEvent what, long generation)
    {
        var next = what with { Number = Last + 1, Generation = generation, Reason = Clip(what.Reason) };
        return this with { Last = next.Number, Events = [.. Events.Skip(Events.Length - (MaxEvents - 1)), next] };
    }

    public bool Holds(string id) => Events.Any(e => e.Id == id);

    public SeenRole? SeenOf(string group, string node) => Seen.GetValueOrDefault(group)?.GetValueOrDefault(node);

    private static string Clip(string reason) => reason.Length <= 200 ? reason : reason[..200];
}

/// <summary>The newest recorded transition of a node in a group.</summary>
/// <param name="Boot">The beginning of its host's boot id: enough to see that the host was started anew, and the register is small.</param>
public sealed record SeenRole(string Boot, long Counter, string Role)
{
    public static string Short(string bootId) => bootId.Length <= 8 ? bootId : bootId[..8];
}

/// <param name="Key">Names it within its group: the diagnosis, and the node behind a space where it is about one.</param>
public sealed record OpenDiagnosis(string Key, string Severity, string Text);

/// <summary>How far a receiver is. Whatever is above <see cref="Cursor"/> and not in <see cref="Done"/> is still due to it.</summary>
/// <param name="Cursor">Every event up to this number is delivered, dead, or none of its business.</param>
/// <param name="Done">Settled ones above the cursor: one group does not wait for another.</param>
/// <param name="Dead">The newest that were given up, newest last.</param>
/// <param name="DeadTotal">All that were ever given up.</param>
public sealed record ReceiverProgress(long Cursor, ImmutableArray<long> Done, ImmutableArray<DeadLetter> Dead, long DeadTotal)
{
    public const int MaxDone = 256;
    public const int MaxDead = 32;

    public bool Settled(long number) => number <= Cursor || Done.Contains(number);
}

/// <summary>An event that a receiver will not get unless somebody asks for it again.</summary>
public sealed record DeadLetter(long Number, string Id, string Reason, DateTimeOffset Utc);
