using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

/// <summary>
/// How far the events of the register are read for one receiver, and what of them is not settled yet. Events are read by rising number
/// and only as many as have room; whatever was read and is not held is settled.
/// </summary>
internal sealed class Inbox
{
    /// <summary>The register keeps 256 of them; with so many the oldest that is held cannot be waited for any longer.</summary>
    public const int MostAhead = 200;

    private readonly SortedSet<long> _held = [];
    private readonly SortedSet<long> _above = [];
    private readonly SortedDictionary<long, DeadLetter> _dead = [];
    private readonly SortedSet<long> _gaveUp = [];
    private readonly StringBuilder _ranges = new();
    private (long First, long Last)? _missing;
    private (long First, long Last)? _run;
    private ReceiverProgress? _progress;

    /// <summary>The register holds the receiver's progress.</summary>
    public bool Known => _progress is not null;
    public long Cursor => _progress?.Cursor ?? 0;
    /// <summary>The first number that was not read yet.</summary>
    public long Next { get; private set; } = 1;
    public int Held => _held.Count;
    /// <summary>Every number up to here is settled, whether or not the register knows it.</summary>
    public long Watermark => Math.Min(Math.Min(_held.Count > 0 ? _held.Min : long.MaxValue, _missing?.First ?? long.MaxValue), Next) - 1;
    /// <summary>Settled ones that wait for an older one, in the register too.</summary>
    public int Ahead => _above.Count < MostAhead ? 0 : Above(Watermark).Count();
    public long? OldestHeld => _held.Count > 0 ? _held.Min : null;
    /// <summary>The register does not know all of it yet.</summary>
    public bool Unsaid => _progress is { } said && (Watermark > said.Cursor || _dead.Count > 0 || Above(Watermark).Any(n => !said.Settled(n)));

    /// <summary>Changes with whatever is to be said.</summary>
    public (long Watermark, int Above, int Dead) Mark => (Watermark, _above.Count, _dead.Count);

    /// <summary>From what the register holds, at the beginning of a leadership.</summary>
    public void Start(ReceiverProgress? progress)
    {
        Forget();
        if (progress is null) return;
        (_progress, Next) = (progress, progress.Cursor + 1);
        _above.UnionWith(progress.Done);
        _gaveUp.UnionWith(progress.Dead.Select(d => d.Number));
    }

    public void Forget()
    {
        (_progress, Next, _missing, _run) = (null, 1, null, null);
        _held.Clear();
        _above.Clear();
        _dead.Clear();
        _gaveUp.Clear();
        _ranges.Clear();
    }

    /// <summary>As the register holds it now.</summary>
    public void See(ReceiverProgress progress)
    {
        _progress = progress;
        Next = Math.Max(Next, Cursor + 1);
        foreach (var n in _dead.Keys.Where(progress.Settled).ToArray()) _dead.Remove(n);
        _above.RemoveWhere(n => n <= Cursor);
    }

    public bool IsSettled(long number) => number < Next ? !_held.Contains(number) && !InMissing(number) : number <= Cursor || _above.Contains(number);
    public bool GaveUp(long number) => _gaveUp.Contains(number);

    /// <summary>Steps over what is settled already.</summary>
    public void Skip()
    {
        while (_above.Contains(Next)) Next++;
    }

    public void Hold(long number) => _held.Add(number);
    public void Read(long upTo) => Next = Math.Max(Next, upTo + 1);

    public void Settle(long number, DeadLetter? dead = null)
    {
        if (!_held.Remove(number)) return;
        _above.Add(number);
        if (dead is null) return;
        _dead[number] = dead;
        _gaveUp.Add(number);
        if (_gaveUp.Count > 1024) _gaveUp.Remove(_gaveUp.Min);
    }

    /// <summary>What the next wish says: first everything up to the watermark, and only with that said what is above it.</summary>
    public OutboxWish.Progress Wish(string receiver, long last)
    {
        const int most = 1024;
        const int mostDead = 16;
        var (from, watermark) = (Cursor + 1, Math.Min(Watermark, last));
        var settled = new List<long>();
        for (var n = from; n <= watermark && settled.Count < most; n++) settled.Add(n);
        var whole = watermark < from || settled[^1] == watermark;
        if (whole) settled.AddRange(Above(watermark));
        // a letter goes along with its number, and with more of them than the register takes at once, the others follow
        var dead = _dead.Values.Take(mostDead).ToImmutableArray();
        var later = _dead.Keys.Skip(mostDead).ToHashSet();
        if (later.Count > 0)
            settled = [.. settled.TakeWhile(n => n < later.Min())];
        return new OutboxWish.Progress(receiver, [.. settled], [.. dead.Where(d => settled.Contains(d.Number))]);
    }

    /// <summary>Nobody has these any more. Returns the ranges so far when they would no longer fit into one notice.</summary>
    public Missing? Miss(long first, long last)
    {
        Missing? full = null;
        if (_run is { } run && run.Last + 1 == first) _run = (run.First, last);
        else
        {
            CloseRun();
            if (_ranges.Length > 150) full = TakeMissing();
            _run = (first, last);
        }
        _missing = (_missing?.First ?? first, last);
        return full;
    }

    /// <summary>What was missed until now, to be told; null when nothing was.</summary>
    public Missing? TakeMissing()
    {
        CloseRun();
        if (_missing is not { } all) return null;
        var told = new Missing(all.First, all.Last, _ranges.ToString());
        _missing = null;
        _ranges.Clear();
        return told;
    }

    private IEnumerable<long> Above(long watermark) => _above.Where(n => n > watermark);

    private bool InMissing(long number) => _missing is { } m && number >= m.First && number <= m.Last;

    private void CloseRun()
    {
        if (_run is not { } run) return;
        if (_ranges.Length > 0) _ranges.Append(", ");
        _ranges.Append(run.First == run.Last ? Text(run.First) : $"{Text(run.First)}-{Text(run.Last)}");
        _run = null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Ranges">Such as <c>5-10, 15</c>.</param>
internal sealed record Missing(long First, long Last, string Ranges);
