using System.Collections.Immutable;
using StackExchange.Redis;

namespace Arbiter.History;

/// <summary>How to reach a server, and how long it may think.</summary>
internal sealed record StreamAccess(string? User, string? Password, bool Tls, TimeSpan Deadline);

/// <summary>
/// The streams of one Redis server behind a multiplexer of its own: a large page never stands before a renewal of the lease. The deadline
/// is ours: the multiplexer looks at its own timeouts only on its heartbeat.
/// </summary>
internal sealed class RedisStreams(string address, StreamAccess access, TimeProvider time) : IStreamServer, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;

    public string Address => address;

    public event Action? Returned;

    public async Task<bool> Append(string stream, StreamEntry entry, int most, CancellationToken stopping)
    {
        object[] arguments = [(RedisKey)stream, "MAXLEN", "~", most, entry.Place.ToString(), "e", entry.Body];
        try
        {
            await Ask("XADD", entry.Detail is { } detail ? [.. arguments, "d", detail] : arguments, stopping);
            return true;
        }
        catch (StreamTrouble e) when (e.Message.Contains("equal or smaller", StringComparison.Ordinal))
        {
            return false;
        }
    }

    public async Task<ImmutableArray<StreamEntry>> Below(string stream, HistoryPlace? below, int most, CancellationToken stopping) =>
        Entries(await Ask("XREVRANGE", [(RedisKey)stream, below is { } b ? $"({b}" : "+", "-", "COUNT", most], stopping));

    public async Task<ImmutableArray<StreamEntry>> Between(string stream, HistoryPlace from, HistoryPlace to, int most, CancellationToken stopping) =>
        Entries(await Ask("XRANGE", [(RedisKey)stream, from.ToString(), to.ToString(), "COUNT", most], stopping));

    public async Task<long> TrimBefore(string stream, HistoryPlace first, CancellationToken stopping) =>
        (long)await Ask("XTRIM", [(RedisKey)stream, "MINID", first.ToString()], stopping);

    /// <exception cref="StreamTrouble">No usable answer within the deadline.</exception>
    private async Task<RedisResult> Ask(string command, object[] arguments, CancellationToken stopping)
    {
        var asking = AskServer(command, arguments);
        try
        {
            return await asking.WaitAsync(access.Deadline, time, stopping);
        }
#pragma warning disable CA1031 // whatever the client library throws is a server without an answer
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // the late answer of an abandoned question is looked at by nobody, its error neither
            _ = asking.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw Trouble(e);
        }
    }

    private async Task<RedisResult> AskServer(string command, object[] arguments) =>
        await (await Connect()).GetDatabase().ExecuteAsync(command, arguments);

    private static StreamTrouble Trouble(Exception error) => error switch
    {
        TimeoutException => new StreamTrouble("timeout", "no answer within the deadline"),
        // the server's own first word: NOPERM, OOM, MISCONF, LOADING, WRONGTYPE ...
        RedisServerException server => new StreamTrouble(FirstWord(server.Message) ?? "error", Short(server.Message)),
        RedisConnectionException connection => new StreamTrouble(
            new[] { "WRONGPASS", "NOAUTH" }.FirstOrDefault(connection.ToString().Contains) ?? "unreachable", Short(connection.Message)),
        _ => new StreamTrouble("unreachable", Short(error.Message)),
    };

    private static string? FirstWord(string text)
    {
        var word = text.Split(' ', 2)[0];
        return word.Length is >= 3 and <= 20 && word.All(char.IsAsciiLetterUpper) && word != "ERR" ? word : null;
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200];

    /// <summary>What is no entry of ours is left out.</summary>
    private static ImmutableArray<StreamEntry> Entries(RedisResult said)
    {
        if (said.Length <= 0) return [];
        var entries = ImmutableArray.CreateBuilder<StreamEntry>(said.Length);
        foreach (var one in (RedisResult[])said!)
        {
            if (one.Length != 2 || !HistoryPlace.TryParse((string?)one[0], out var place) || one[1].Length < 2) continue;
            string? body = null, detail = null;
            for (var i = 0; i + 1 < one[1].Length; i += 2)
            {
                var value = (string?)one[1][i + 1];
                if ((string?)one[1][i] == "e") body = value;
                else if ((string?)one[1][i] == "d") detail = value;
            }
            if (body is not null) entries.Add(new StreamEntry(place, body, detail));
        }
        return entries.ToImmutable();
    }

    private Task<ConnectionMultiplexer> Connect()
    {
        lock (_gate)
        {
            // without AbortOnConnectFail it fails only on an impossible configuration; the next question tries again
            if (_connecting is null || _connecting.IsFaulted || _connecting.IsCanceled) _connecting = Open();
            return _connecting;
        }
    }

    private async Task<ConnectionMultiplexer> Open()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = 1000,
            ReconnectRetryPolicy = new LinearRetry(500),
            HeartbeatInterval = TimeSpan.FromMilliseconds(500),
            AsyncTimeout = (int)(2 * access.Deadline.TotalMilliseconds),
            KeepAlive = 5,
            ClientName = "arbiter-history",
            User = access.User,
            Password = access.Password,
            Ssl = access.Tls,
            TieBreaker = "",
            ConfigurationChannel = "",
            SetClientLibrary = false,
            IncludeDetailInExceptions = false,
            Protocol = RedisProtocol.Resp2,
            // nothing is subscribed, and the documented rights (docs/quorum.md) grant none of these
            CommandMap = CommandMap.Create(["SUBSCRIBE", "CONFIG", "CLUSTER", "SENTINEL", "ECHO", "GET", "INFO"], available: false),
        };
        options.EndPoints.Add(address);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(options);
        multiplexer.ConnectionRestored += (_, _) => Returned?.Invoke();
        return multiplexer;
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate) connecting = _connecting;
        if (connecting is null) return;
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully) await connecting.Result.DisposeAsync();
    }
}
