using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace NodeAgent.Metrics;

/// <summary>
/// <c>GET /metrics</c> and nothing else: one request a connection, a head of at most 8 KB, 8 connections at once over all addresses, 5 s for
/// all of it. A place that cannot be had is tried again every 10 s; metrics never stop an agent.
/// </summary>
internal sealed partial class MetricsServer(
    IReadOnlyList<string> places, Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>>> render, TimeProvider time, ILogger<MetricsServer> log)
{
    public const int MostConnections = 8;
    public const int MostHead = 8 * 1024;
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(10);
    private const int Backlog = 16;

    private readonly SemaphoreSlim _rendering = new(1, 1);
    private int _open;

    /// <summary>Where it listens now; of a port 0, the one that was given.</summary>
    public IReadOnlyCollection<IPEndPoint> Listening => _listening.Keys.ToArray();

    private readonly System.Collections.Concurrent.ConcurrentDictionary<IPEndPoint, bool> _listening = new();

    public Task Run(CancellationToken stopping) => Task.WhenAll(places.Select(p => Serve(p, stopping)));

    private async Task Serve(string place, CancellationToken stopping)
    {
        var told = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var listener = Open(Parse(place));
                var here = (IPEndPoint)listener.LocalEndPoint!;
                _listening[here] = true;
                LogListening(log, here.ToString());
                told = false;
                try
                {
                    await Accept(listener, stopping).ConfigureAwait(false);
                }
                finally
                {
                    _listening.TryRemove(here, out _);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                if (!told) LogNoPlace(log, place, e.Message);
                told = true;
                await Pause(stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task Pause(CancellationToken stopping)
    {
        try
        {
            await Task.Delay(s_again, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private async Task Accept(Socket listener, CancellationToken stopping)
    {
        while (true)
        {
            var client = await listener.AcceptAsync(stopping).ConfigureAwait(false);
            if (Interlocked.Increment(ref _open) > MostConnections)
            {
                Interlocked.Decrement(ref _open);
                client.Dispose();
                continue;
            }
            _ = Answer(client, stopping);
        }
    }

    private async Task Answer(Socket client, CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Deadline);
        try
        {
            using (client)
            {
                client.NoDelay = true;
                var head = await ReadHead(client, patience.Token).ConfigureAwait(false);
                var (status, type, body) = await Respond(head, patience.Token).ConfigureAwait(false);
                var wanted = head is not null && head.StartsWith("HEAD ", StringComparison.Ordinal) ? default : body;
                var allow = status.StartsWith("405", StringComparison.Ordinal) ? "Allow: GET, HEAD\r\n" : "";
                var first = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n{allow}Cache-Control: no-store\r\nConnection: close\r\n\r\n"));
                await SendAll(client, first, patience.Token).ConfigureAwait(false);
                await SendAll(client, wanted, patience.Token).ConfigureAwait(false);
                client.Shutdown(SocketShutdown.Send);
                // until the other side has closed: with anything of it unread, closing would throw away what is still on its way
                var rest = new byte[1024];
                for (var read = 0; read < MostHead; read += rest.Length)
                    if (await client.ReceiveAsync(rest, patience.Token).ConfigureAwait(false) == 0) break;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // a client that went away, or one that was too slow
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(log, e);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static async Task<string?> ReadHead(Socket client, CancellationToken stopping)
    {
        var buffer = new byte[MostHead];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), stopping).ConfigureAwait(false);
            if (read == 0) return null;
            length += read;
            var head = buffer.AsSpan(0, length);
            if (head.IndexOf("\r\n\r\n"u8) >= 0 || head.IndexOf("\n\n"u8) >= 0) return Encoding.Latin1.GetString(head);
        }
        return null;
    }

    private async ValueTask<(string Status, string Type, ReadOnlyMemory<byte> Body)> Respond(string? head, CancellationToken stopping)
    {
        const string plain = "text/plain; charset=utf-8";
        var words = head?.Split('\n', 2)[0].TrimEnd('\r').Split(' ') ?? [];
        if (words.Length != 3 || !words[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
            return ("400 Bad Request", plain, Bytes("A request of HTTP/1.x with a head of at most 8 KB is expected.\n"));
        if (words[1].Split('?', 2)[0] != "/metrics") return ("404 Not Found", plain, Bytes("Nothing is served here but GET /metrics.\n"));
        if (words[0] is not ("GET" or "HEAD")) return ("405 Method Not Allowed", plain, Bytes("GET or HEAD.\n"));
        await _rendering.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            return ("200 OK", "text/plain; version=0.0.4; charset=utf-8", await render(stopping).ConfigureAwait(false));
        }
        finally
        {
            _rendering.Release();
        }
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static async ValueTask SendAll(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (bytes.Length > 0) bytes = bytes[await client.SendAsync(bytes, stopping).ConfigureAwait(false)..];
    }

    private static Socket Open(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (at.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            // Linux: only what is left of closed connections is overlooked, never another listener
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(at);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A place that the configuration has checked.</summary>
    private static IPEndPoint Parse(string place)
    {
        var colon = place.LastIndexOf(':');
        var port = int.Parse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return place[..colon] switch
        {
            "*" => new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port),
            "localhost" => new IPEndPoint(IPAddress.Loopback, port),
            var host => new IPEndPoint(IPAddress.Parse(host.Trim('[', ']')), port),
        };
    }

    [LoggerMessage(3101, LogLevel.Information, "metrics at http://{Place}/metrics", EventName = nameof(LogListening))]
    private static partial void LogListening(ILogger log, string place);

    [LoggerMessage(3102, LogLevel.Warning, "no metrics at {Place}: {Reason}; tried again every 10 s", EventName = nameof(LogNoPlace))]
    private static partial void LogNoPlace(ILogger log, string place, string reason);

    [LoggerMessage(3103, LogLevel.Error, "a scrape failed; report this as a defect", EventName = nameof(LogFailed))]
    private static partial void LogFailed(ILogger log, Exception e);
}
