using System.Diagnostics;
using System.Net;
using Arbiter.Api;
using Yarp.ReverseProxy.Forwarder;

namespace Demo.Page;

/// <summary>
/// Passes requests on to a replica that answers: the one used last while it does, otherwise the first one in order. A replica that cannot be reached is
/// passed over; with none left the answer is 503. A stream of events ends when its replica is paused, and the browser's next attempt,
/// a second later, goes to another.
/// </summary>
internal sealed class Front(ISights sights, IHttpForwarder forwarder, TimeProvider time) : IDisposable
{
    private const string Events = "/api/v1/events";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    // a stream of events says something each second; everything else answers at once
    private static readonly ForwarderRequestConfig Patience = new() { ActivityTimeout = TimeSpan.FromSeconds(3) };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        ConnectTimeout = TimeSpan.FromSeconds(1),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
    });
    private volatile string? _last;

    public async Task Pass(HttpContext http)
    {
        var stream = http.Request.Path == Events;
        foreach (var door in Doors())
        {
            using var shut = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            var watch = stream ? Watch(door, shut) : Task.CompletedTask;
            var passing = stream ? new EndingTransformer(shut.Token) : HttpTransformer.Default;
            var error = await forwarder.SendAsync(http, door.Address.ToString(), _client, Patience, passing, http.RequestAborted);
            await shut.CancelAsync();
            await watch;
            if (error == ForwarderError.None) _last = door.Name;
            // a body that was read once cannot be sent again
            if (error == ForwarderError.None || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested || HttpMethods.IsPost(http.Request.Method)) return;
            http.Response.Clear();
        }
        if (stream) await NoEvents(http);
        else await Nobody(http).ExecuteAsync(http);
    }

    /// <summary>The text of a page of a replica; null when none answers with one.</summary>
    public async Task<string?> Read(string path, CancellationToken stopping)
    {
        foreach (var door in Doors())
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            late.CancelAfter(TimeSpan.FromSeconds(2));
            try
            {
                using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(door.Address, path));
                using var answer = await _client.SendAsync(ask, late.Token);
                if (!answer.IsSuccessStatusCode) continue;
                var text = await answer.Content.ReadAsStringAsync(late.Token);
                _last = door.Name;
                return text;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // the next one
                stopping.ThrowIfCancellationRequested();
            }
        }
        return null;
    }

    public void Dispose() => _client.Dispose();

    private List<ReplicaDoor> Doors() => [.. sights.Replicas.Where(d => d.Answers).OrderByDescending(d => d.Name == _last)];

    private async Task Watch(ReplicaDoor door, CancellationTokenSource shut)
    {
        try
        {
            while (sights.Replicas.Any(d => d.Name == door.Name && d.Answers)) await Task.Delay(Look, time, shut.Token);
            await shut.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // the stream ended by itself
        }
    }

    /// <summary>An empty stream instead of an error: a browser asks again after a second, and only then.</summary>
    private static Task NoEvents(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync("retry: 1000\n: no replica answers\n\n");
    }

    private static IResult Nobody(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "1";
        return Answers.Problem(http, StatusCodes.Status503ServiceUnavailable, "No replica answers", "Every replica of the arbiter is paused; the panel mends it.");
    }
}
