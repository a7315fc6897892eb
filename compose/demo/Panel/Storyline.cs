using System.Collections.Immutable;
using World.Hosts;

namespace Demo.Panel;

/// <summary>Keeps the newest lines; the oldest give way.</summary>
internal sealed class Storyline(TimeProvider time) : IStoryline
{
    public const int Most = 500;
    private const int LongestLine = 400;

    private readonly Lock _gate = new();
    private long _start = time.GetTimestamp();
    private ImmutableList<StoryLine> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;

    public ImmutableArray<StoryLine> Lines
    {
        get { lock (_gate) return [.. _lines]; }
    }

    /// <summary>What a line said now would bear as its time.</summary>
    public TimeSpan Now
    {
        get { lock (_gate) return time.GetElapsedTime(_start); }
    }

    /// <summary>Called with each line, after it stands; returns at once.</summary>
    public event Action<StoryLine>? Said;

    /// <summary>The demo begins now: times count from here.</summary>
    public void Begin()
    {
        lock (_gate) _start = time.GetTimestamp();
    }

    public async Task Newer(long than, CancellationToken stopping)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_last > than) return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(stopping);
        }
    }

    /// <param name="at">When it happened, for who tells it late; null: now. Times of a story never go back.</param>
    public void Say(string who, string text, Tone tone, TimeSpan? at = null)
    {
        StoryLine line;
        TaskCompletionSource changed;
        lock (_gate)
        {
            var (earliest, now) = (_lines.IsEmpty ? TimeSpan.Zero : _lines[^1].At, time.GetElapsedTime(_start));
            if (at is { } past && past < now) now = past;
            line = new StoryLine(++_last, now > earliest ? now : earliest, who, text.Length <= LongestLine ? text : text[..LongestLine], tone);
            _lines = _lines.Count == Most ? _lines.RemoveAt(0).Add(line) : _lines.Add(line);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
        Said?.Invoke(line);
    }
}
