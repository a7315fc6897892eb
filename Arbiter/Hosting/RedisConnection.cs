using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace Arbiter.Hosting;

/// <summary>How to reach a Redis server of the quorum, and how long it may think.</summary>
/// <param name="Ca">File with the certificate (PEM) of the authority that signed the server's; null: those that the system trusts.</param>
internal sealed record RedisAccess(string? User, string? Password, bool Tls, TimeSpan Deadline, string? Ca = null);

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
/// <param name="judged">Hears whether the server's certificate is trusted, at each try to connect.</param>
/// <param name="failed">Hears why a try to connect failed, each time; the library's own event tells only of the first since it was connected.</param>
internal sealed class RedisConnection(
    string address, RedisAccess access, RedisUse use, Action<ConnectionMultiplexer> made, Action<bool>? judged = null, Action<ConnectionFailureType>? failed = null) : IAsyncDisposable
{
    /// <summary>Where the library tells of every failure: as an error with the exception.</summary>
    private sealed class Failures(Action<ConnectionFailureType> heard) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is RedisConnectionException { FailureType: var why }) heard(why);
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }
    }

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
        if (failed is not null) options.LoggerFactory = new Failures(failed);
        if (access.Tls) options.CertificateValidation += (_, certificate, _, errors) => Trusts(certificate, errors);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(options);
        made(multiplexer);
        return multiplexer;
    }

    /// <summary>With an authority given only what it signed; the name must fit in any case. A file that cannot be read trusts nobody.</summary>
    private bool Trusts(X509Certificate? shown, SslPolicyErrors errors)
    {
        var trusted = access.Ca is { } ca ? (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0 && IsSignedBy(shown, ca) : errors == SslPolicyErrors.None;
        judged?.Invoke(trusted);
        return trusted;
    }

    private static bool IsSignedBy(X509Certificate? shown, string ca)
    {
        try
        {
            using var root = X509CertificateLoader.LoadCertificateFromFile(ca);
            using var certificate = X509CertificateLoader.LoadCertificate(shown?.GetRawCertData() ?? []);
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(root);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(certificate);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
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
