using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// Does it answer HTTP? A new connection each time, HTTP/1.0 GET, read up to the end of the status line, reset. Connect, send and answer
/// share one deadline. Expected codes decide where configured; else a hard probe takes any complete status line (the proxy lives),
/// a soft one 2xx and 3xx (the service works).
/// </summary>
internal sealed class HttpProbe : IProbe
{
    private const int AnswerLimit = 4096;

    private readonly ProbeOptions _options;
    private readonly IPEndPoint _endpoint;
    private readonly byte[] _request;
    private readonly string _target;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;
    private readonly byte[] _answer = new byte[AnswerLimit];

    /// <exception cref="FormatException">Not http://, or the host is a name.</exception>
    public HttpProbe(ProbeOptions options, MonotonicClock clock, ChannelWriter<Input> inputs, TimeProvider time)
    {
        var uri = options.Http!;
        if (uri.Scheme != Uri.UriSchemeHttp) throw new FormatException($"'{uri}' is not http://, which is all this probe speaks");
        _options = options;
        _endpoint = new IPEndPoint(ProbeAddress.Parse(uri.DnsSafeHost), uri.Port);
        _request = Encoding.ASCII.GetBytes(
            $"GET {uri.PathAndQuery} HTTP/1.0\r\nHost: {uri.Authority}\r\nUser-Agent: arbiter-agent\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        _target = uri.Authority;
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public void Repeat() => _schedule.Repeat();

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    private async ValueTask Sample(CancellationToken stopping)
    {
        var taken = _sink.Now;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_options.Deadline);
        var connected = false;
        SampleResult result;
        string reason;
        try
        {
            using var socket = new Socket(_endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(_endpoint, deadline.Token).ConfigureAwait(false);
            connected = true;
            (result, reason) = await Ask(socket, deadline.Token).ConfigureAwait(false);
            if (_sink.Now - taken is var took && took > _options.Deadline)
                (result, reason) = (SampleResult.Bad, $"{reason}, but after {took.TotalMilliseconds:F0} ms");
        }
        catch (OperationCanceledException)
        {
            if (stopping.IsCancellationRequested) return;
            result = SampleResult.Bad;
            reason = $"{(connected ? "no answer" : "no connection")} in {_options.Deadline.TotalMilliseconds:F0} ms";
        }
        catch (SocketException error)
        {
            (result, reason) = SocketFailure.Describe(error);
        }
        _sink.Post(_target, taken, result, reason);
    }

    private async ValueTask<(SampleResult, string)> Ask(Socket socket, CancellationToken deadline)
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
                case StatusLineKind.Complete: return (IsGood(status) ? SampleResult.Good : SampleResult.Bad, $"status {status}");
                case StatusLineKind.NotHttp: return (SampleResult.Bad, "the answer is not HTTP");
            }
        }
        return (SampleResult.Bad, $"no status line in {AnswerLimit} bytes");
    }

    private bool IsGood(int status) => _options.Expect.Count > 0
        ? _options.Expect.Contains(status)
        : _options.Class == ProbeClass.Hard || status is >= 200 and < 400;
}
