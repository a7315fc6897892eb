using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Arbiter.Api;

/// <summary>
/// The version of the status as server-sent events: one at once, one per change but at most five a second, and one each second without a
/// change. A reader that misses some loses nothing: each event says where the status stands, never what changed.
/// </summary>
internal sealed class EventStream(StatusWatch watch, ViewBuilder views, IHostApplicationLifetime lifetime, TimeProvider time)
{
    public const int MaxStreams = 32;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly StreamSlots _slots = new(MaxStreams, "Too many event streams", $"At most {MaxStreams} may be open; ask 'groups' instead.");

    public IResult Open(HttpContext http) => _slots.Take(http) ?? TypedResults.ServerSentEvents(Follow(http.RequestAborted));

    private async IAsyncEnumerable<SseItem<string>> Follow([EnumeratorCancellation] CancellationToken gone)
    {
        // an open stream must not hold up a stop of the program, which gives the lease back
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, lifetime.ApplicationStopping);
        while (!end.IsCancellationRequested)
        {
            var now = views.Build();
            var change = new StatusChanged(now.Version, now.AnsweredBy.Role, now.AnsweredBy.Leader, now.Readiness.Ready, now.Verdict.Level, now.Verdict.Text);
            yield return new SseItem<string>(System.Text.Json.JsonSerializer.Serialize(change, ApiJson.Default.StatusChanged), "status")
            {
                EventId = now.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ReconnectionInterval = TimeSpan.FromSeconds(1),
            };
            if (!await Wait(now.Version, end.Token)) yield break;
        }
    }

    private async Task<bool> Wait(long version, CancellationToken end)
    {
        try
        {
            await Task.Delay(Pace, time, end);
            await watch.Changed(version, Quiet - Pace, end);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
