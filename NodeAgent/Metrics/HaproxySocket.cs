using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace NodeAgent.Metrics;

/// <summary>Asks haproxy's stats socket at the moment of the scrape: one connection, one command, half a second.</summary>
internal sealed class HaproxySocket(string path) : IHaproxyStatistics
{
    private const int MostBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(500);

    public async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>?> Rows(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(s_deadline);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token).ConfigureAwait(false);
            await socket.SendAsync("show stat\n"u8.ToArray(), patience.Token).ConfigureAwait(false);
            var answer = new ArrayBufferWriter<byte>(16 * 1024);
            while (answer.WrittenCount < MostBytes)
            {
                var read = await socket.ReceiveAsync(answer.GetMemory(16 * 1024), patience.Token).ConfigureAwait(false);
                if (read == 0) return HaproxyCsv.Parse(Encoding.UTF8.GetString(answer.WrittenSpan));
                answer.Advance(read);
            }
            return null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
