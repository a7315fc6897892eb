using System.Net.Sockets;
using Contracts.Hosting;

namespace NodeAgent.Probes;

/// <summary>Reads the statistics when they are asked for: where no probe does. Half a second of patience; one question at a time.</summary>
internal sealed class HaproxyReading(string path, ProcessClock clock) : IHaproxyStats
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private readonly HaproxySocket _socket = new(path);

    public async ValueTask<HaproxyStats?> Newest(CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(s_patience);
        try
        {
            var answer = await _socket.Ask(HaproxySocket.Statistics, deadline.Token).ConfigureAwait(false);
            return new HaproxyStats(clock.Now, answer is { } bytes ? HaproxyTable.Parse(bytes.ToArray()).Table : null);
        }
        catch (Exception error) when (error is SocketException || (error is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return new HaproxyStats(clock.Now, null);
        }
    }
}
