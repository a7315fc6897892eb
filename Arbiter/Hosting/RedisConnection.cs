using StackExchange.Redis;

namespace Arbiter.Hosting;

/// <summary>How to reach a Redis server of the quorum, and how long it may think.</summary>
internal sealed record RedisAccess(string? User, string? Password, bool Tls, TimeSpan Deadline);

/// <summary>What one user of a server wants of its own connection.</summary>
/// <param name="Name">As the server's <c>CLIENT LIST</c> shows it.</param>
/// <param name="Pace">Between two tries to connect, and between two looks at the connection's own timeouts.</param>
/// <param name="Inspects">Runs INFO, which the library counts as administration.</param>
internal sealed record RedisUse(string Name, TimeSpan Pace, bool Inspects);

/// <summary>
/// One Redis server behind a multiplexer, which reconnects by itself; made at the first question. Each user has one of its own: a large
/// page never stands before a renewal of the lease.
/// </summary>
/// <param name="made">Sees the multiplexer once, before anything is asked of it.</param>
internal sealed class RedisConnection(string address, RedisAccess access, RedisUse use, Action<ConnectionMultiplexer> made) : IAsyncDisposable
{
    // nothing is subscribed, and the documented rights (docs/quorum.md) grant none of these
    private static readonly HashSet<string> s_never = ["SUBSCRIBE", "CONFIG", "CLUSTER", "SENTINEL", "ECHO", "GET"];

    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;

    /// <summary>Without AbortOnConnectFail it fails only on an impossible configuration; the next question tries again.</summary>
    public async Task<IDatabase> Database()
    {
        Task<ConnectionMultiplexer> connecting;
        lock (_gate)
        {
            if (_connecting is null || _connecting.IsFaulted || _connecting.IsCanceled) _connecting = Open();
            connecting = _connecting;
        }
        return (await connecting).GetDatabase();
    }

    private async Task<ConnectionMultiplexer> Open()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            AllowAdmin = use.Inspects,
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = 1000,
            ReconnectRetryPolicy = new LinearRetry((int)use.Pace.TotalMilliseconds),
            HeartbeatInterval = use.Pace,
            AsyncTimeout = (int)(2 * access.Deadline.TotalMilliseconds),
            KeepAlive = 5,
            ClientName = use.Name,
            User = access.User,
            Password = access.Password,
            Ssl = access.Tls,
            TieBreaker = "",
            ConfigurationChannel = "",
            SetClientLibrary = false,
            IncludeDetailInExceptions = false,
            Protocol = RedisProtocol.Resp2,
            CommandMap = CommandMap.Create(use.Inspects ? s_never : [.. s_never, "INFO"], available: false),
        };
        options.EndPoints.Add(address);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(options);
        made(multiplexer);
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
