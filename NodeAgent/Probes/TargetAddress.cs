using System.Net;
using System.Net.Sockets;

namespace NodeAgent.Probes;

/// <summary>
/// Where a probe goes. A literal address (or localhost) is just that. A name is resolved beside the samples: the last good answer is used
/// while a newer one is asked for, and only the very first sample waits. Fails by going to the old address for as long as no answer comes,
/// and by knowing nothing (unknown, never bad) when none ever came.
/// </summary>
internal sealed class TargetAddress
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly Func<string, Task<IPAddress[]>> _lookUp;
    private IPAddress? _address;
    private Task<IPAddress[]>? _asking;
    private long _askedAt;
    private string _failure = "";

    /// <param name="lookUp">The resolver; null: the system's.</param>
    public TargetAddress(string host, TimeProvider time, Func<string, Task<IPAddress[]>>? lookUp = null)
    {
        (_host, _time, _lookUp) = (host, time, lookUp ?? Dns.GetHostAddressesAsync);
        IsName = !ProbeAddress.TryParse(host, out var address);
        _address = address;
    }

    public bool IsName { get; }

    /// <returns>null and the reason when nothing is known; it never takes longer than <paramref name="deadline"/>.</returns>
    public async ValueTask<(IPAddress? Address, string Failure)> Get(CancellationToken deadline)
    {
        if (!IsName) return (_address, "");
        if (_asking is null && (_askedAt == 0 || _time.GetElapsedTime(_askedAt) >= (_failure.Length > 0 ? s_retry : s_refresh)))
            (_asking, _askedAt) = (_lookUp(_host), _time.GetTimestamp());
        try
        {
            // with an answer at hand nothing is waited for; a resolver that hangs is asked once, not once a sample
            if (_asking is { } asking && (_address is null || asking.IsCompleted)) Take(await asking.WaitAsync(deadline).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            return (null, $"the name {_host} was not resolved in time");
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            (_asking, _failure) = (null, error.Message);
        }
        return _address is null ? (null, $"the name {_host} cannot be resolved: {_failure}") : (_address, "");
    }

    private void Take(IPAddress[] found)
    {
        _asking = null;
        (_address, _failure) = found.Length > 0 ? (found[0], "") : (_address, "it has no address");
    }
}
