using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>What a probe is when only its target is given. Times are of one sample; fall is for a candidate, holder fall while holding the VIP.</summary>
internal sealed record ProbeDefaults(ProbeClass Class, TimeSpan Interval, TimeSpan Deadline, int Rise, int Fall, int HolderFall)
{
    public static ProbeDefaults Process { get; } = new(ProbeClass.Hard, Ms(1000), Ms(500), 1, 1, 1);

    /// <summary>HTTP on a loopback address: the node's own proxy.</summary>
    public static ProbeDefaults Proxy { get; } = new(ProbeClass.Hard, Ms(200), Ms(150), 5, 3, 3);

    /// <summary>HTTP anywhere else, and TCP.</summary>
    public static ProbeDefaults Backend { get; } = new(ProbeClass.Soft, Ms(1000), Ms(800), 5, 2, 3);

    public static ProbeDefaults Ping { get; } = new(ProbeClass.Soft, Ms(100), Ms(80), 5, 3, 4);

    /// <summary>A program is started each time, so it is asked seldom.</summary>
    public static ProbeDefaults Command { get; } = new(ProbeClass.Soft, Ms(10_000), Ms(5000), 2, 2, 3);

    /// <summary>With a backend it is about the servers behind the proxy; without one about the node's own proxy.</summary>
    public static ProbeDefaults HaproxySocket(bool backend) => backend ? Backend : Proxy;

    public static ProbeDefaults Http(Uri target) => Addresses.IsLoopback(target.Host) ? Proxy : Backend;

    /// <summary>The default deadline, or four fifths of a shorter interval.</summary>
    public TimeSpan DeadlineFor(TimeSpan interval) => interval * 0.8 < Deadline ? interval * 0.8 : Deadline;

    /// <summary>Keeps the holder as much slower than a candidate as the defaults have it.</summary>
    public int HolderFallFor(int fall) => fall + HolderFall - Fall;

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
