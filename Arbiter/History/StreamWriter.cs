using System.Threading.Channels;

namespace Arbiter.History;

/// <summary>
/// Brings one server up to the tail, an entry at a time, because ids in a stream must rise: one that is not written is never skipped
/// while the tail holds it. A server that came back gets the whole tail again, as far as its own last id allows.
/// </summary>
internal sealed partial class StreamWriter
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private readonly ServerRecord _record;
    private readonly HistoryTail _tail;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    /// <summary>The last id of each stream there, as far as known.</summary>
    private readonly Dictionary<string, HistoryPlace> _tops = [];
    private long _next;
    private volatile bool _returned;

    public StreamWriter(ServerRecord record, HistoryTail tail, TimeProvider time, ILogger log)
    {
        (_record, _tail, _time, _log) = (record, tail, time, log);
        tail.Grew += Wake;
        record.Server.Returned += () =>
        {
            _returned = true;
            Wake();
        };
    }

    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task Run(CancellationToken stopping)
    {
        var pause = s_first;
        while (!stopping.IsCancellationRequested)
        {
            var all = await Write(stopping);
            if (all) pause = s_first;
            await Wait(all ? Timeout.InfiniteTimeSpan : pause, stopping);
            if (!all) pause = pause * 2 < s_longest ? pause * 2 : s_longest;
        }
    }

    /// <summary>Everything that waits; false when the server did not take it.</summary>
    public async Task<bool> Write(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (_returned) Begin();
                if (_tail.At(_next, out var gone) is not { } item) return true;
                if (gone > 0)
                {
                    _record.Miss(gone);
                    _next = item.Number;
                }
                if (await Top(item.Stream, stopping) < item.Entry.Place) await Append(item, stopping);
                _next = item.Number + 1;
                _record.Good(Way.Write);
            }
        }
        catch (StreamTrouble trouble)
        {
            _record.Bad(Way.Write, trouble);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // what is left is in the ring: the next leader writes it
        }
#pragma warning disable CA1031 // a defect in here must cost history and nothing else
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failed(_log, e, _record.Server.Address);
        }
        return false;
    }

    private async Task Append(TailItem item, CancellationToken stopping)
    {
        // false: another leader was faster. It writes the same entries in the same order, so nothing is skipped
        if (await _record.Server.Append(item.Stream, item.Entry, StreamNames.Most, stopping)) _tops[item.Stream] = item.Entry.Place;
        else _tops.Remove(item.Stream);
    }

    private async Task<HistoryPlace> Top(string stream, CancellationToken stopping)
    {
        if (_tops.TryGetValue(stream, out var top)) return top;
        var newest = await _record.Server.Below(stream, null, 1, stopping);
        return _tops[stream] = newest.IsEmpty ? default : newest[0].Place;
    }

    private void Begin()
    {
        _returned = false;
        _tops.Clear();
        var first = _tail.First;
        if (_next < first) _record.Miss(first - _next);
        _next = first;
    }

    private async Task Wait(TimeSpan atMost, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // time to try again, or to stop
        }
    }

    [LoggerMessage(EventId = 2504, Level = LogLevel.Error, Message = "History on {Server}: an entry could not be written; report this as a defect")]
    private static partial void Failed(ILogger log, Exception e, string server);
}
