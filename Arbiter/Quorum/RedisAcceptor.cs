using System.Globalization;
using Arbiter.Hosting;
using Contracts.Vocabulary;
using StackExchange.Redis;

namespace Arbiter.Quorum;

/// <summary>
/// One Redis server that votes. The deadline is ours: the multiplexer looks at its own timeouts only on its heartbeat. Only a master
/// answers: a replica's memory is another server's.
/// </summary>
internal sealed class RedisAcceptor : IAcceptor, IAsyncDisposable
{
    private static readonly RedisUse s_use = new("arbiter", TimeSpan.FromMilliseconds(200), Inspects: true);

    private sealed record Facts(LuaScripts Scripts, string? Warning, Reply? Refusal = null);

    private readonly object[] _keys;
    private readonly RedisAccess _access;
    private readonly RedisConnection _connection;
    private readonly TimeProvider _time;
    private readonly bool _old;
    private volatile Facts? _facts;
    /// <summary>The server refused the password when the library last tried.</summary>
    private volatile bool _refused;
    /// <summary>The server's certificate was not trusted when the library last tried.</summary>
    private volatile bool _untrusted;
    /// <summary>The server still read its disk when the library last tried.</summary>
    private volatile bool _loading;

    /// <param name="old">Asked as a server before Redis 7 is, whatever it says.</param>
    public RedisAcceptor(string address, ClusterName cluster, RedisAccess access, TimeProvider time, bool old = false)
    {
        (Address, _access, _time, _old) = (address, access, time, old);
        _keys = ["2", (RedisKey)RegisterKeys.Register(cluster), (RedisKey)RegisterKeys.Probe(cluster)];
        _connection = new RedisConnection(address, access, s_use, Follow, trusted => _untrusted = !trusted, why => _loading = why == ConnectionFailureType.Loading);
    }

    public string Address { get; }

    public async Task<Reply> Ask(Request request, CancellationToken stopping)
    {
        var asking = AskServer(request);
        try
        {
            return await asking.WaitAsync(_access.Deadline, _time, stopping);
        }
#pragma warning disable CA1031 // whatever the client library throws is a server without an answer
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // the late answer of an abandoned question is looked at by nobody, its error neither
            _ = asking.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            var reply = RedisErrors.Classify(e);
            // which of the two words comes depends on what the client library tried first; we did give a password
            // (and an exception does not always tell: what the server said while connecting does)
            if (reply.Error == "unreachable" && _untrusted)
                return reply with { Error = "tls", Detail = "the server's certificate is not trusted, or is for another name: see quorum.tlsCa" };
            if (reply.Error == "unreachable" && _loading)
                return reply with { Error = "LOADING", Detail = "LOADING the server still reads its disk: it answers once that is done" };
            var refused = reply.Error == "NOAUTH" || (reply.Error == "unreachable" && _refused);
            return refused ? reply with { Error = _access.Password is null ? "NOAUTH" : "WRONGPASS" } : reply;
        }
    }

    private async Task<Reply> AskServer(Request request)
    {
        var database = await _connection.Database();
        var facts = _facts ?? await Check(database);
        if (facts.Refusal is { } refusal) return refusal;
        var (script, arguments) = facts.Scripts.For(request);
        var said = await Run(database, script, arguments);
        var reply = LuaScripts.Parse(request, said);
        return reply.Detail is null && facts.Warning is not null ? reply with { Detail = facts.Warning } : reply;
    }

    private async Task<string[]> Run(IDatabase database, LuaScript script, string[] arguments)
    {
        RedisResult result;
        try
        {
            result = await database.ExecuteAsync("EVALSHA", [script.Sha, .. _keys, .. arguments]);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            result = await database.ExecuteAsync("EVAL", [script.Text, .. _keys, .. arguments]);      // also keeps it for the next EVALSHA
        }
        return result.Length < 0 ? [] : [.. ((RedisResult[])result!).Select(r => (string?)r ?? "")];
    }

    /// <summary>Once per connection: is it an independent master, what can it run, may it throw our key away. A refusal is looked at again with each question.</summary>
    private async Task<Facts> Check(IDatabase database)
    {
        var role = database.ExecuteAsync("ROLE");
        var server = database.ExecuteAsync("INFO", "server");
        var memory = database.ExecuteAsync("INFO", "memory");
        var said = (string?)await server;
        var limits = (string?)await memory;
        var (version, policy) = (Field(said, "redis_version"), Field(limits, "maxmemory_policy"));
        if ((string?)(await role)[0] != "master") return Refused("replica", "is a replica: the quorum needs independent masters");
        if (Field(said, "redis_mode") is "cluster") return Refused("clustermode", "runs in cluster mode: the quorum needs independent masters");
        if (Field(said, "run_id").Length < 16) return Refused("norunid", "does not say its run_id (INFO server): nobody could tell that it was restarted");
        var flagged = int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major >= 7;
        var evicts = policy.Length > 0 && policy != "noeviction" && !policy.StartsWith("volatile-", StringComparison.Ordinal);
        if (evicts && Field(limits, "maxmemory") is not ("" or "0"))
            return Refused("EVICTION", $"may throw the register away (maxmemory-policy {policy}): set noeviction or volatile-*");
        return _facts = new Facts(flagged && !_old ? LuaScripts.Flagged : LuaScripts.Plain, evicts
            ? $"maxmemory-policy is {policy}: as soon as maxmemory is set the server may throw the register away, and is refused (EVICTION); set noeviction or volatile-*"
            : null);
    }

    private Facts Refused(string name, string why) => new(LuaScripts.Plain, null, Reply.NoAnswer(name, $"{Address} {why}"));

    private static string Field(string? info, string name)
    {
        foreach (var line in (info ?? "").Split('\n'))
            if (line.StartsWith(name + ":", StringComparison.Ordinal)) return line[(name.Length + 1)..].Trim();
        return "";
    }

    /// <summary>What was learned of a server goes with its connection.</summary>
    private void Follow(ConnectionMultiplexer multiplexer)
    {
        multiplexer.ConnectionFailed += (_, failed) =>
        {
            _facts = null;
            if (failed.FailureType == ConnectionFailureType.AuthenticationFailure) _refused = !_untrusted;
            if (failed.FailureType == ConnectionFailureType.UnableToConnect) _refused = false;
        };
        multiplexer.ErrorMessage += (_, said) => _refused |= RedisErrors.IsRefusal(said.Message);
        multiplexer.ConnectionRestored += (_, _) => (_facts, _refused, _untrusted, _loading) = (null, false, false, false);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
