using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

/// <summary>Everything that is known of one receiver. What it has got stands in the register; the rest may be forgotten.</summary>
internal sealed class Recipient(string name)
{
    /// <summary>From so many failures in a row on, one attempt at a time shows whether it is back.</summary>
    public const int BreakAt = 5;

    public string Name => name;
    public Inbox Inbox { get; } = new();
    public SortedDictionary<LaneKey, Lane> Lanes { get; } = [];
    /// <summary>In a row, over all lanes.</summary>
    public int Failures { get; set; }
    public bool Broken => Failures >= BreakAt;
    /// <summary>It answered 410: nothing is sent to it until it is asked for by hand, or the program is started again.</summary>
    public bool Disabled { get; set; }
    /// <summary>It asked for a pause.</summary>
    public TimeSpan HoldUntil { get; set; }
    /// <summary>The end of the last attempt that failed.</summary>
    public TimeSpan FailedAt { get; set; }
    public int InFlight { get; set; }
    public TimeSpan WishedAt { get; set; } = TimeSpan.MinValue;
    public (long Watermark, int Above, int Dead) Wished { get; set; }

    /// <summary>Under way to the history.</summary>
    public DeliveryEffect.Search? Searching { get; set; }
    public int Searches { get; set; }
    public TimeSpan SearchAt { get; set; }

    /// <summary>Delivered by hand, so that the register must not have them as dead; the newest, by generation and number.</summary>
    public Queue<(long Generation, long Number)> Revived { get; } = new();
    /// <summary>When that was last wished.</summary>
    public TimeSpan TookOffAt { get; set; } = TimeSpan.MinValue;
    public LastResult? Last { get; set; }
    public long Delivered { get; set; }
    public long Failed { get; set; }
    public long Dead { get; set; }

    public IEnumerable<Letter> Letters => Lanes.Values.SelectMany(l => l.Letters);

    public Lane LaneOf(LaneKey key)
    {
        if (Lanes.TryGetValue(key, out var lane)) return lane;
        lane = new Lane(key);
        Lanes.Add(key, lane);
        return lane;
    }

    public void Put(RecordedEvent what, LaneKind kind, Letter letter) => LaneOf(new LaneKey(what.Group ?? "", kind)).Letters.Enqueue(letter);
}

internal sealed record LastResult(DateTimeOffset Utc, string Id, DeliveryResult Result, string Detail);
