using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>
/// What the register holds: the arbiter's lease, the term, and every group's assignment. They change together or not at all.
/// Within a format members are only added, and a program keeps those it does not know (<see cref="Other"/>). What an older program must not
/// write raises <see cref="Fmt"/>: a value of a newer format is not touched.
/// </summary>
internal sealed record RegisterValue
{
    public const int Format = 2;
    /// <summary>Without an outbox: read, and written in the new format with the next change.</summary>
    private const int FormatBefore = 1;
    /// <summary>Bytes of UTF-8 that a server keeps, with the signature.</summary>
    public const int MaxStored = 64 * 1024;
    /// <summary>Bytes of UTF-8 before it is signed; about 200 groups of two nodes.</summary>
    public const int MaxBytes = MaxStored - ValueSeal.MostAdded;

    public int Fmt { get; init; } = Format;
    public required string Cluster { get; init; }
    /// <summary>Rises only when the register is seeded anew.</summary>
    public required long Gen { get; init; }
    /// <summary>The incarnation of each acceptor by address: the one life of its memory whose votes count.</summary>
    public required ImmutableSortedDictionary<string, string> Cfg { get; init; }
    /// <summary><c>replica/process</c>; null when the lease was given back.</summary>
    public string? Leader { get; init; }
    public required long Term { get; init; }
    /// <summary>Rises with every change, renewals included.</summary>
    public required long Seq { get; init; }
    public required long LeaseMs { get; init; }
    /// <summary>The last epoch handed out in this generation.</summary>
    public required long Rev { get; init; }
    public required ImmutableSortedDictionary<string, GroupEntry> Groups { get; init; }
    /// <summary>Null in a value of the format before.</summary>
    public Outbox? Outbox { get; init; }
    /// <summary>Members of a newer program: written back as they were read. Null when there are none; never changed.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    public static bool Reads(int format) => format is Format or FormatBefore;

    /// <summary>What is looked at for its size is what is sent a moment later: the text of the newest value of each thread is kept, at most 64 KB or so.</summary>
    [ThreadStatic]
    private static (RegisterValue? Of, string Json) s_newest;

    public string ToJson()
    {
        if (!ReferenceEquals(s_newest.Of, this)) s_newest = (this, JsonSerializer.Serialize(this, RegisterJson.Default.RegisterValue));
        return s_newest.Json;
    }

    public int CountBytes() => Encoding.UTF8.GetByteCount(ToJson());

    /// <summary>Reads what a server returned. Never throws: a value that is no register says why in <paramref name="reason"/>.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out RegisterValue? value, out string reason)
    {
        value = null;
        try
        {
            var read = JsonSerializer.Deserialize(json, RegisterJson.Default.RegisterValue);
            reason = read is null ? "the value is null"
                : !Reads(read.Fmt) ? $"the value has format {read.Fmt}, this program knows format {Format}: run one version of the arbiter"
                : read.Gen is < 0 or > Ballot.MaxPart ? $"the generation {read.Gen} is out of range"
                : read.Groups.FirstOrDefault(g => g.Value?.IsValid(g.Key) != true) is { Key: { } bad } ? $"the group '{bad}' has an invalid name or node"
                : OutboxShape.Refusal(read.Outbox) ?? "";
            if (reason.Length == 0) value = read! with { Fmt = Format, Outbox = read.Outbox ?? Core.Outbox.Empty, Other = Kept(read.Other) };
        }
        catch (JsonException e)
        {
            reason = $"the value is no register: {e.Message}";
        }
        return value is not null;
    }

    /// <summary>The signature belongs to the text it came with.</summary>
    private static Dictionary<string, JsonElement>? Kept(Dictionary<string, JsonElement>? other)
    {
        other?.Remove("mac");
        return other is { Count: > 0 } ? other : null;
    }

    public ImmutableSortedDictionary<GroupName, Assignment> Assignments() =>
        Groups.Select(g => g.Value.ToAssignment(GroupName.Parse(g.Key))).ToImmutableSortedDictionary(a => a.Group, a => a);
}

/// <summary>A group's assignment as stored.</summary>
internal sealed record GroupEntry(long Epoch, string Holder, string? Prev, string Reason, DateTimeOffset Since, ImmutableArray<MoveEntry> Moves)
{
    /// <summary>Moves kept per group.</summary>
    public const int MaxMoves = 10;

    /// <summary>Members of a newer program: they stay with the group. Null when there are none; never changed.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>The same in all but the history.</summary>
    public bool SaysTheSame(GroupEntry other) =>
        this with { Moves = [], Other = null } == other with { Moves = [], Other = null } && (Other is null ? other.Other is null : other.Other is not null
            && Other.Count == other.Other.Count && Other.All(m => other.Other.TryGetValue(m.Key, out var its) && JsonElement.DeepEquals(m.Value, its)));

    public bool IsValid(string group) =>
        Names.IsValid(group) && Names.IsValid(Holder) && (Prev is null || Names.IsValid(Prev)) && !Moves.IsDefault
        // null passes the reader's own check inside a list
        && Moves.All(m => m is not null && Names.IsValid(m.To) && (m.From is null || Names.IsValid(m.From)));

    public Assignment ToAssignment(GroupName group) => new()
    {
        Group = group,
        Epoch = Epoch,
        Holder = NodeId.Parse(Holder),
        Previous = Node(Prev),
        Reason = Reason,
        Utc = Since,
        Moves = [.. Moves.Select(m => new Move(m.Epoch, Node(m.From), NodeId.Parse(m.To), m.Reason, m.Utc))],
    };

    private static NodeId? Node(string? name) => name is null ? null : NodeId.Parse(name);
}

internal sealed record MoveEntry(long Epoch, string? From, string To, string Reason, DateTimeOffset Utc);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(EventPart), typeof(GroupPart)])]
[JsonSerializable(typeof(RegisterValue))]
internal sealed partial class RegisterJson : JsonSerializerContext;
