using System.Collections.Immutable;
using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

/// <summary>What is delivered one after the other: a receiver's events of one group. What it only gets instead of another, and what was asked for again, has lanes of its own.</summary>
internal readonly record struct LaneKey(string Group, LaneKind Kind) : IComparable<LaneKey>
{
    public int CompareTo(LaneKey other) => string.CompareOrdinal(Group, other.Group) is not 0 and var order ? order : Kind.CompareTo(other.Kind);
}

internal enum LaneKind { Main, Fallback, Again }

internal sealed class Lane(LaneKey key)
{
    public LaneKey Key => key;
    public Queue<Letter> Letters { get; private set; } = new();
    public bool InFlight { get; set; }

    public void Keep(Func<Letter, bool> which) => Letters = new(Letters.Where(which));
}

/// <summary>One event on its way to one receiver.</summary>
internal sealed class Letter(RecordedEvent what)
{
    public RecordedEvent Event => what;
    /// <summary>Its number in the register's count; 0 for what is not counted there (not recorded, or asked for again).</summary>
    public long Number { get; init; }
    public bool Recorded { get; init; } = true;
    /// <summary>Sent only when one of these failed; empty = sent.</summary>
    public ImmutableArray<string> InsteadOf { get; set; } = [];
    /// <summary>It is given up 72 h after this.</summary>
    public required DateTimeOffset Since { get; init; }
    public int Attempts { get; set; }
    public TimeSpan DueAt { get; set; }
    public TimeSpan TriedAt { get; set; }
}
