using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

internal static class SealedServers
{
    /// <summary>As production asks: values are signed and looked at.</summary>
    public static IReadOnlyList<IAcceptor> ConnectSealed(this RedisServers servers, TimeSpan? deadline = null, ValueSeal? seal = null)
    {
        seal ??= ValueSealTests.Seal();
        return [.. servers.Connect(deadline).Select(a => new SealedAcceptor(a, seal))];
    }
}
