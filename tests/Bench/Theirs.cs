using Medallion.Threading.Redis;
using RedLockNet.SERedis;
using RedLockNet.SERedis.Configuration;
using StackExchange.Redis;

namespace Bench;

/// <summary>RedLock.net: a lock with a random value on a majority, then given back.</summary>
internal sealed class RedLock(IReadOnlyList<ConnectionMultiplexer> servers) : IContender, IDisposable
{
    private readonly RedLockFactory _factory = RedLockFactory.Create([.. servers.Select(s => new RedLockMultiplexer(s))]);

    public string Name => "RedLock.net: acquire and release";

    public async Task Once(int worker)
    {
        await using var held = await _factory.CreateLockAsync($"redlock{worker}", TimeSpan.FromSeconds(30));
        if (!held.IsAcquired) throw new InvalidOperationException($"not acquired: {held.Status}");
    }

    public void Dispose() => _factory.Dispose();
}

/// <summary>DistributedLock.Redis over three databases: a lock on a majority, then given back.</summary>
internal sealed class DistributedLock(IReadOnlyList<ConnectionMultiplexer> servers) : IContender
{
    private readonly IDatabase[] _databases = [.. servers.Select(s => s.GetDatabase())];

    public string Name => "DistributedLock.Redis: acquire and release";

    public async Task Once(int worker)
    {
        await using var held = await new RedisDistributedLock($"distributedlock{worker}", _databases).AcquireAsync(TimeSpan.FromSeconds(5));
    }
}
