using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// One HTTP question, asked again and again: a new connection each time, HTTP/1.0 GET, read up to the end of the status line, reset.
/// Name, connect, send and answer share one deadline. One question at a time.
/// </summary>
internal sealed class HttpQuestion
{
    private const int AnswerLimit = 4096;

    private readonly TargetAddress _host;
    private readonly int _port;
    private readonly byte[] _request;
    private readonly TimeSpan _deadline;
    private readonly Func<int, bool> _isGood;
    private readonly TimeProvider _time;
    private readonly byte[] _answer = new byte[AnswerLimit];

    /// <param name="isGood">Which status codes are.</param>
    /// <exception cref="FormatException">Not http://.</exception>
    public HttpQuestion(Uri uri, TimeSpan deadline, Func<int, bool> isGood, TimeProvider time)
    {
        if (uri.Scheme != Uri.UriSchemeHttp) throw new FormatException($"'{uri}' is not http://, which is all this probe speaks");
        (_host, _port, _deadline, _isGood, _time) = (new TargetAddress(uri.DnsSafeHost, time), uri.Port, deadline, isGood, time);
        Target = uri.Authority;
        _request = Encoding.ASCII.GetBytes(
            $"GET {uri.PathAndQuery} HTTP/1.0\r\nHost: {uri.Authority}\r\nUser-Agent: arbiter-agent\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }

    public string Target { get; }

    /// <exception cref="OperationCanceledException">Asked to stop.</exception>
    public async ValueTask<(SampleResult Result, string Reason)> Ask(CancellationToken stopping)
    {
        var began = _time.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_deadline);
        var connected = false;
        try
        {
            var (address, failure) = await _host.Get(deadline.Token).ConfigureAwait(false);
            if (address is null) return (SampleResult.Unknown, failure);
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(new IPEndPoint(address, _port), deadline.Token).ConfigureAwait(false);
            connected = true;
            var (result, reason) = await Talk(socket, deadline.Token).ConfigureAwait(false);
            return _time.GetElapsedTime(began) is var took && took > _deadline
                ? (SampleResult.Bad, $"{reason}, but after {took.TotalMilliseconds:F0} ms")
                : (result, reason);
        }
        catch (OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            return (SampleResult.Bad, $"{(connected ? "no answer" : "no connection")} in {_deadline.TotalMilliseconds:F0} ms");
        }
        catch (SocketException error)
        {
            return SocketFailure.Describe(error);
        }
    }

    private async ValueTask<(SampleResult, string)> Talk(Socket socket, CancellationToken deadline)
    {
        for (var sent = 0; sent < _request.Length;)
            sent += await socket.SendAsync(_request.AsMemory(sent), deadline).ConfigureAwait(false);
        var received = 0;
        while (received < AnswerLimit)
        {
            var got = await socket.ReceiveAsync(_answer.AsMemory(received), deadline).ConfigureAwait(false);
            if (got == 0) return (SampleResult.Bad, received == 0 ? "closed without an answer" : "closed inside the status line");
            received += got;
            switch (StatusLine.Parse(_answer.AsSpan(0, received), out var status))
            {
                case StatusLineKind.Complete: return (_isGood(status) ? SampleResult.Good : SampleResult.Bad, $"status {status}");
                case StatusLineKind.NotHttp: return (SampleResult.Bad, "the answer is not HTTP");
            }
        }
        return (SampleResult.Bad, $"no status line in {AnswerLimit} bytes");
    }
}
