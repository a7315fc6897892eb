using System.Diagnostics;
using System.Net;
using Arbiter.Api;
using Yarp.ReverseProxy.Forwarder;

namespace Demo.Page;

/// <summary>
/// Passes requests on to a replica that runs. One that stops while it is asked, or cannot be reached, is given up and the next one asked; with none left
/// the answer is 503. A stream of events ends when its replica stops, and the browser's next attempt, a second later, goes to another.
/// </summary>
internal sealed class Front(ISights sights, IHttpForwarder forwarder) : IDisposable
{
    private const string Events = "/api/v1/events";
    private const int MostAttempts = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    // a stream of events says something each second; everything else answers at once
    private static readonly ForwarderRequestConfig s_config = new() { ActivityTimeout = TimeSpan.FromSeconds(3) };

    private static readonly Passing s_whole = new(CancellationToken.None);

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

    public async Task Pass(HttpContext http)
    {
        var stream = http.Request.Path == Events;
        for (var attempt = 0; attempt < MostAttempts && sights.Choose() is { } door; attempt++)
        {
            if (await Pass(http, door, stream) == ForwarderError.None) return;
            // a body that was read once cannot be sent again
            if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested || HttpMethods.IsPost(http.Request.Method)) return;
            http.Response.Clear();
        }
        if (stream) await NoEvents(http);
        else await Nobody(http).ExecuteAsync(http);
    }

    /// <summary>The text of a page of a replica; null when none answers with one.</summary>
    public async Task<string?> Read(string path, CancellationToken stopping)
    {
        for (var attempt = 0; attempt < MostAttempts && sights.Choose() is { } door; attempt++)
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(stopping, door.Stopped);
            until.CancelAfter(s_patience);
            try
            {
                using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(door.Address, path));
                using var answer = await _client.SendAsync(ask, until.Token);
                if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsStringAsync(until.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // the next one, unless it is the reader who has gone
                stopping.ThrowIfCancellationRequested();
            }
        }
        return null;
    }

    public void Dispose() => _client.Dispose();

    private async Task<ForwarderError> Pass(HttpContext http, ReplicaDoor door, bool stream)
    {
        if (stream) return await forwarder.SendAsync(http, door.Address.ToString(), _client, s_config, new Passing(door.Stopped), http.RequestAborted);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, door.Stopped);
        return await forwarder.SendAsync(http, door.Address.ToString(), _client, s_config, s_whole, until.Token);
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
        return Answers.Problem(http, StatusCodes.Status503ServiceUnavailable, "No replica answers", "Every replica of the arbiter stands still; the panel mends it.");
    }
}
