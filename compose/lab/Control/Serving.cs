using System.Net;
using System.Net.Sockets;
using Lab.Hosts;
using Lab.Measuring;

namespace Lab.Control;

/// <summary>
/// Whether the client gets an answer from the VIP now. An address on the right interface is not enough: after a split was healed
/// the client's neighbour table may point to the node that gave the VIP up, until somebody announces it.
/// </summary>
internal static class Serving
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly byte[] Question = "GET / HTTP/1.0\r\nConnection: close\r\n\r\n"u8.ToArray();

    public static async Task<bool> Check(Laboratory lab)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await using var connection = await lab.Host("client").Connect(new IPEndPoint(IPAddress.Parse(Topology.Vip), 80), deadline.Token);
            await connection.WriteAsync(Question, deadline.Token);
            using var answer = new MemoryStream();
            await connection.CopyToAsync(answer, deadline.Token);
            return AnswerReader.IsGood(answer.ToArray());
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
