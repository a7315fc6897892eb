using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Arbiter.Configuration;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Notifications.Webhook;

/// <summary>Sends events as Standard Webhooks 1.0 and says in one sentence what came of it. No secret, and nothing of the address behind the host, is ever in that sentence.</summary>
internal sealed class WebhookReceiver : IReceiver, IDisposable
{
    private const int MostAnswer = 64 * 1024;

    private readonly ReceiverOptions _options;
    private readonly ClusterName _cluster;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    /// <param name="own">host:port of the cluster's own servers, which are never receivers.</param>
    public WebhookReceiver(ReceiverOptions options, ClusterName cluster, IReadOnlyList<string> own, TimeProvider time, Resolver? resolve = null)
    {
        (_options, _cluster, _time) = (options, cluster, time);
        var guard = new GuardedConnect(options.Allow, own, resolve ?? Dns.GetHostAddressesAsync);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = guard.Connect,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy is { } proxy ? new WebProxy(proxy) : null,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.Timeout,
            // a name may come to mean another machine
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            MaxConnectionsPerServer = 16,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = MostAnswer,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        });
    }

    public string Name => _options.Name;
    public string Type => "webhook";
    public string Shown => _options.Shown;

    public async Task<DeliveryOutcome> Deliver(RecordedEvent what, DeliveryAttempt attempt, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            using var request = Request(what, attempt);
            using var answer = await _http.SendAsync(request, end.Token);
            return Classify(answer, await Said(answer, end.Token));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.Timeout.TotalSeconds:0.###} s"));
        }
        catch (OperationCanceledException)
        {
            return Failed("the arbiter stopped, or leads no more");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Failed(Why(e));
        }
    }

    private HttpRequestMessage Request(RecordedEvent what, DeliveryAttempt attempt)
    {
        var body = WebhookBody.Write(_cluster, what, attempt.Recorded);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        request.Headers.TryAddWithoutValidation("webhook-id", what.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Sign(_options.Secrets.Select(s => s.AsEnumerable()), what.Id, timestamp, body));
        request.Headers.TryAddWithoutValidation("User-Agent", "arbiter");
        return request;
    }

    private DeliveryOutcome Classify(HttpResponseMessage answer, string said)
    {
        var code = (int)answer.StatusCode;
        var detail = Clip(said.Length == 0 ? $"it answered {code}" : $"it answered {code}: {said}");
        return code switch
        {
            >= 200 and < 300 => new(DeliveryResult.Delivered, $"it answered {code}"),
            >= 300 and < 400 => Failed($"it answered {code}: a redirect is not followed; give the address that it leads to"),
            410 => new(DeliveryResult.Gone, detail),
            408 or 425 or 429 => new(DeliveryResult.Failed, detail, RetryAfter(answer)),
            >= 400 and < 500 => new(DeliveryResult.Rejected, detail),
            _ => new(DeliveryResult.Failed, detail, RetryAfter(answer)),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        var asked = answer.Headers.RetryAfter?.Delta ?? answer.Headers.RetryAfter?.Date - _time.GetUtcNow();
        return asked > TimeSpan.Zero ? asked : null;
    }

    /// <summary>The status decides: an answer that breaks off behind it is still one.</summary>
    private async Task<string> Said(HttpResponseMessage answer, CancellationToken stopping)
    {
        try
        {
            return await Beginning(answer, stopping);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            return "";
        }
    }

    /// <summary>At most 64 KB are read, so that the connection can be used again; a sentence of it is kept, without what must not be shown.</summary>
    private async Task<string> Beginning(HttpResponseMessage answer, CancellationToken stopping)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(stopping);
        var kept = new byte[512];
        var length = await body.ReadAtLeastAsync(kept, kept.Length, throwOnEndOfStream: false, stopping);
        var rest = new byte[8192];
        for (int total = length, read; total < MostAnswer && (read = await body.ReadAsync(rest.AsMemory(0, Math.Min(rest.Length, MostAnswer - total)), stopping)) > 0;) total += read;
        var text = Encoding.UTF8.GetString(kept, 0, length);
        foreach (var hidden in new[] { _options.Url.PathAndQuery, Uri.UnescapeDataString(_options.Url.PathAndQuery) }.Concat(_options.Secrets.Select(s => Convert.ToBase64String([.. s]))))
            if (hidden.Length > 1) text = text.Replace(hidden, "***", StringComparison.OrdinalIgnoreCase);
        text = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return text.Length <= 120 ? text : text[..120];
    }

    private string Why(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case ForbiddenAddressException forbidden: return $"not sent: {forbidden.Message}";
                case SocketException socket when e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }:
                    return Clip($"the connection broke before it answered: {socket.SocketErrorCode}");
                case SocketException socket: return Clip($"{_options.Url.Host}:{_options.Url.Port} was not reached: {socket.SocketErrorCode}");
                case AuthenticationException tls: return Clip($"TLS with {_options.Url.Host} failed: {tls.Message}");
            }
        }
        return e switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "it closed the connection without an answer",
            HttpRequestException http => $"no usable answer: {http.HttpRequestError}",
            HttpIOException io => $"no whole answer: {io.HttpRequestError}",
            IOException => "the connection broke while it answered",
            _ => $"no attempt could be made: {e.GetType().Name}",
        };
    }

    private static DeliveryOutcome Failed(string detail) => new(DeliveryResult.Failed, Clip(detail));

    private static string Clip(string text) => text.Length <= 200 ? text : text[..200];

    public void Dispose() => _http.Dispose();
}
