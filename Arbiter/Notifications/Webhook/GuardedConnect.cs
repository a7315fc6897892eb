using System.Net;
using System.Net.Sockets;
using Arbiter.Configuration;

namespace Arbiter.Notifications.Webhook;

/// <summary>Turns a name into addresses; a test says what it likes.</summary>
internal delegate Task<IPAddress[]> Resolver(string host, CancellationToken stopping);

/// <summary>
/// Opens the connection of a webhook. The name is resolved here, each address is checked, and exactly a checked one is connected to, so
/// a name that answers differently the second time gains nothing.
/// </summary>
internal sealed class GuardedConnect(IReadOnlyList<IPNetwork> allow, IReadOnlyList<string> own, Resolver resolve)
{
    private const int MostAddresses = 16;
    /// <summary>For each address but the last: one that swallows packets leaves time for the next, as IPv6 without a way out does.</summary>
    internal static readonly TimeSpan Each = TimeSpan.FromSeconds(1);

    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken stopping)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Resolve(host, stopping);
        var forbidden = await Own(stopping);
        string? refusal = null;
        Exception? failed = null;
        List<IPAddress> good = [];
        foreach (var address in addresses.Take(MostAddresses))
        {
            if ((AddressRules.Refusal(address, allow) ?? OwnRefusal(address, port, forbidden)) is { } why) refusal ??= why;
            else good.Add(address);
        }
        for (var i = 0; i < good.Count; i++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            if (i < good.Count - 1) patience.CancelAfter(Each);
            var socket = new Socket(good[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(good[i], port), patience.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                failed = e;
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                socket.Dispose();
                failed = new SocketException((int)SocketError.TimedOut);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw failed ?? new ForbiddenAddressException(refusal ?? $"{host} has no address");
    }

    private string? OwnRefusal(IPAddress address, int port, IReadOnlyList<(IPAddress Address, int Port)> own)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var (ours, theirPort) in own)
        {
            if (!ours.Equals(plain)) continue;
            if (port == theirPort) return $"{plain}:{port} is a server of this cluster";
            if (!AddressRules.Listed(plain, allow)) return $"{plain} is a server of this cluster; list its network under 'allow' if that is meant";
        }
        return null;
    }

    private async Task<List<(IPAddress, int)>> Own(CancellationToken stopping)
    {
        var found = new List<(IPAddress, int)>();
        foreach (var server in own)
        {
            var colon = server.LastIndexOf(':');
            var port = int.Parse(server.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
            try
            {
                foreach (var address in await Resolve(server[..colon].Trim('[', ']'), stopping))
                    found.Add((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port));
            }
            catch (SocketException)
            {
                // a name that nobody knows now is nobody's address now
            }
        }
        return found;
    }

    private async Task<IPAddress[]> Resolve(string host, CancellationToken stopping) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, stopping);
}

internal sealed class ForbiddenAddressException(string text) : Exception(text);
