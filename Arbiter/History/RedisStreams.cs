using System.Collections.Immutable;
using Arbiter.Hosting;
using StackExchange.Redis;

namespace Arbiter.History;

/// <summary>
/// The streams of one Redis server on a connection of their own. The deadline is ours: the multiplexer looks at its own timeouts only on
/// its heartbeat.
/// </summary>
internal sealed class RedisStreams : IStreamServer, IAsyncDisposable
{
    private static readonly RedisUse s_use = new("arbiter-history", TimeSpan.FromMilliseconds(500), Inspects: false);
    private readonly RedisConnection _connection;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;

    public RedisStreams(string address, RedisAccess access, TimeProvider time)
    {
        (Address, _deadline, _time) = (address, access.Deadline, time);
        _connection = new RedisConnection(address, access, s_use, made => made.ConnectionRestored += (_, _) => Returned?.Invoke());
    }

    public string Address { get; }

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
            return await asking.WaitAsync(_deadline, _time, stopping);
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
        await (await _connection.Database()).ExecuteAsync(command, arguments);

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

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
