using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Arbiter.Api;

namespace Arbiter.Cli;

/// <summary>Asks a running arbiter. Every failure is a sentence with the exit code that belongs to it.</summary>
internal sealed class ApiClient : IDisposable
{
    public const string Default = "http://127.0.0.1:8080";
    private const int LongestAnswer = 8 * 1024 * 1024;

    private static readonly TimeSpan s_read = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly Uri _base;

    /// <param name="url">The value of <c>ARBITER_URL</c>; null or empty = <see cref="Default"/>.</param>
    /// <exception cref="CliException">It is no http or https address.</exception>
    public ApiClient(string? url)
    {
        var text = string.IsNullOrEmpty(url) ? Default : url;
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CliException(Exit.Usage, $"ARBITER_URL is '{Terminal.Clean(text)}', which is no http address; example: {Default}");
        _base = uri;
        // the arbiter is a near host: a proxy of the environment is for the web, a redirect is for a browser
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    /// <exception cref="CliException">Not reachable, or it answered something else than asked for.</exception>
    public Task<T> Get<T>(string path, JsonTypeInfo<T> shape, CancellationToken stopping) => Ask(HttpMethod.Get, path, shape, s_read, stopping);

    /// <summary>A verb. What the arbiter refuses, it says why.</summary>
    /// <exception cref="CliException">Not reachable, refused, or it answered something else than asked for.</exception>
    public Task<T> Post<T>(string path, JsonTypeInfo<T> shape, TimeSpan patience, CancellationToken stopping) => Ask(HttpMethod.Post, path, shape, patience, stopping);

    private async Task<T> Ask<T>(HttpMethod method, string path, JsonTypeInfo<T> shape, TimeSpan patience, CancellationToken stopping)
    {
        var from = new Uri(_base, path);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        end.CancelAfter(patience);
        try
        {
            using var request = new HttpRequestMessage(method, from);
            using var answer = await _http.SendAsync(request, end.Token);
            // a wrong name, a refusal: the arbiter's own sentence says it best
            if (!answer.IsSuccessStatusCode && await Refusal(answer, end.Token) is { } why) throw new CliException(method == HttpMethod.Get ? Exit.Failed : Exit.Refused, why);
            if (!answer.IsSuccessStatusCode) throw new CliException(Exit.Failed, $"{from} answered {(int)answer.StatusCode}: is that an arbiter?");
            return JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(end.Token), shape) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new CliException(Exit.Failed, $"{from} answered no {typeof(T).Name}: {e.Message}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            var why = e is OperationCanceledException ? $"no answer within {patience.TotalSeconds:0} s" : e.Message;
            throw new CliException(Exit.Unreachable, $"no arbiter at {_base}: {why}. Set ARBITER_URL to where one listens.");
        }
    }

    private static async Task<string?> Refusal(HttpResponseMessage answer, CancellationToken stopping)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        var problem = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(stopping), ApiJson.Default.Problem);
        return problem is { Title: not Answers.NothingThere } ? Terminal.Clean(problem.Detail) : null;
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>A command cannot go on; the text is for stderr, the code for the shell.</summary>
internal sealed class CliException(int code, string text) : Exception(text)
{
    public int Code => code;
}
