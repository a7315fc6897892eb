using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Arbiter.Api;
using Demo.Panel;

namespace Demo.Page;

/// <summary>
/// The story as server-sent events: <c>begin</c>, then a <c>line</c> each, from where the reader left off (Last-Event-ID, or <c>?after=</c>); and
/// between them <c>faults</c> and <c>world</c> when they changed, the world at least each second, so that a reader can tell silence from peace.
/// </summary>
internal sealed class StoryStream(IStoryline story, IFaultPanel panel, ISights sights, IHostApplicationLifetime lifetime, TimeProvider time)
{
    public const int MaxStreams = 32;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private const int LooksPerBeat = 5;

    private readonly string _run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
    private readonly StreamSlots _slots = new(MaxStreams, "Too many streams", $"At most {MaxStreams} pages may watch the story.");

    public IResult Open(HttpContext http)
    {
        if (_slots.Take(http) is { } full) return full;
        var last = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : http.Request.Query["after"].ToString();
        return TypedResults.ServerSentEvents(Follow(After(last), http.RequestAborted));
    }

    /// <summary>The number in an event's id; 0, the whole story, for one of another run or of no run.</summary>
    private long After(string id) =>
        id.StartsWith(_run + "-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(_run.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private async IAsyncEnumerable<SseItem<string>> Follow(long after, [EnumeratorCancellation] CancellationToken gone)
    {
        // an open page must not hold up the end of the demo
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, lifetime.ApplicationStopping);
        var lines = story.Lines;
        var from = lines.FirstOrDefault(l => l.Number > after)?.Number ?? (lines.IsEmpty ? 0 : lines[^1].Number + 1);
        yield return Item("begin", new StoryBegins(_run, from), PageJson.Default.StoryBegins);
        var (faults, world, quiet) = ("", "", 0);
        while (!end.IsCancellationRequested)
        {
            foreach (var line in story.Lines)
            {
                if (line.Number <= after) continue;
                after = line.Number;
                yield return Item("line", new LineView(line.Number, (long)line.At.TotalMilliseconds, line.Who, line.Text, ApiJson.Word(line.Tone)), PageJson.Default.LineView, $"{_run}-{after}");
            }
            var pressed = string.Join(' ', panel.Faults.Where(f => f.On).Select(f => f.Id));
            if (faults != (faults = "on " + pressed)) yield return Item("faults", new FaultList(null, FaultView.Of(panel.Faults)), PageJson.Default.FaultList);
            if (await World(end.Token) is not { } now) yield break;
            // its time alone is no change
            var substance = JsonSerializer.Serialize(now with { AtMs = 0 }, PageJson.Default.WorldView);
            if (world != (world = substance) || ++quiet >= LooksPerBeat)
            {
                quiet = 0;
                yield return Item("world", now, PageJson.Default.WorldView);
            }
            if (!await Wait(after, end.Token)) yield break;
        }
    }

    private async Task<WorldView?> World(CancellationToken end)
    {
        try
        {
            return Sight.Of(await sights.World(end), sights.Armed);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A short while at least, so that a burst of lines comes as one; until a new line or the next look at most. False: the reader is gone.</summary>
    private async Task<bool> Wait(long after, CancellationToken end)
    {
        try
        {
            await Task.Delay(Pace, time, end);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
            await Task.WhenAny(story.Newer(after, stop.Token), Task.Delay(Look - Pace, time, stop.Token));
            await stop.CancelAsync();
            return !end.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static SseItem<string> Item<T>(string type, T value, JsonTypeInfo<T> shape, string? id = null) =>
        new(JsonSerializer.Serialize(value, shape), type) { EventId = id, ReconnectionInterval = TimeSpan.FromSeconds(1) };
}
