using System.Net.Sockets;

namespace NodeAgent.Probes;

/// <summary>
/// One command and its answer over haproxy's stats socket, a new connection each time: without the prompt haproxy answers one line and
/// closes. One question at a time; the buffer is kept for the next.
/// </summary>
internal sealed class HaproxySocket(string path)
{
    /// <summary>About six thousand servers.</summary>
    public const int MostBytes = 2 << 20;

    public static readonly ReadOnlyMemory<byte> Info = "show info\n"u8.ToArray();
    public static readonly ReadOnlyMemory<byte> Statistics = "show stat\n"u8.ToArray();

    private byte[] _buffer = new byte[16 * 1024];

    public string Path => path;

    /// <returns>The answer, valid until the next question; null when it is longer than <see cref="MostBytes"/>.</returns>
    /// <exception cref="SocketException">Nobody there, no permission, or closed inside the answer.</exception>
    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> Ask(ReadOnlyMemory<byte> command, CancellationToken deadline)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), deadline).ConfigureAwait(false);
        await socket.SendAsync(command, deadline).ConfigureAwait(false);
        for (var length = 0; ;)
        {
            if (length == _buffer.Length)
            {
                if (length >= MostBytes) return null;
                Array.Resize(ref _buffer, Math.Min(length * 2, MostBytes));
            }
            var got = await socket.ReceiveAsync(_buffer.AsMemory(length), deadline).ConfigureAwait(false);
            if (got == 0) return _buffer.AsMemory(0, length);
            length += got;
        }
    }
}
