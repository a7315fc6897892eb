using System.Net.Sockets;
using System.Threading.Channels;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// Asks haproxy's own stats socket: how many servers of a backend are up, or, without a backend, whether it answers at all. A new connection
/// each time, one deadline over everything. No socket, nobody behind it and silence are bad (haproxy is gone or hangs); a socket that this user
/// may not open says nothing about haproxy and is unknown.
/// </summary>
internal sealed class HaproxySocketProbe : IProbe, IHaproxyStats
{
    /// <summary>About six thousand servers.</summary>
    public const int MostBytes = 2 << 20;

    private static readonly byte[] s_info = "show info\n"u8.ToArray();
    private static readonly byte[] s_stat = "show stat\n"u8.ToArray();

    private readonly ProbeOptions _options;
    private readonly string _path;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;
    private byte[] _buffer = new byte[16 * 1024];
    private volatile HaproxyStats? _latest;
    private volatile bool _answers;
    private bool _answered;

    public HaproxySocketProbe(ProbeOptions options, MonotonicClock clock, ChannelWriter<Input> inputs, TimeProvider time)
    {
        (_options, _path) = (options, options.HaproxySocket!);
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public HaproxyStats? Latest => _latest;

    public bool Answers => _answers;

    public void Repeat() => _schedule.Repeat();

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    private async ValueTask Sample(CancellationToken stopping)
    {
        var taken = _sink.Now;
        _answered = false;
        var (result, reason) = await Ask(stopping).ConfigureAwait(false);
        _answers = _answered;
        if (result == SampleResult.Good && _sink.Now - taken is var took && took > _options.Deadline)
            (result, reason) = (SampleResult.Bad, $"{reason}, but after {took.TotalMilliseconds:F0} ms");
        _sink.Post(_options.Backend ?? _path, taken, result, reason);
    }

    private async ValueTask<(SampleResult, string)> Ask(CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_options.Deadline);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), deadline.Token).ConfigureAwait(false);
            await socket.SendAsync(_options.Backend is null ? s_info : s_stat, deadline.Token).ConfigureAwait(false);
            var length = await Read(socket, deadline.Token).ConfigureAwait(false);
            return length < 0 ? (SampleResult.Unknown, $"the answer is longer than {MostBytes >> 20} MB, more than this probe reads") : Judge(length);
        }
        catch (OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            return (SampleResult.Bad, $"no answer in {_options.Deadline.TotalMilliseconds:F0} ms: haproxy hangs, or the host is overloaded");
        }
        catch (SocketException error)
        {
            return Describe(error);
        }
    }

    /// <returns>How many bytes there are; -1 when they are too many.</returns>
    private async ValueTask<int> Read(Socket socket, CancellationToken deadline)
    {
        // without the prompt haproxy answers one line and closes
        for (var length = 0; ;)
        {
            if (length == _buffer.Length)
            {
                if (length >= MostBytes) return -1;
                Array.Resize(ref _buffer, Math.Min(length * 2, MostBytes));
            }
            var got = await socket.ReceiveAsync(_buffer.AsMemory(length), deadline).ConfigureAwait(false);
            if (got == 0) return length;
            length += got;
        }
    }

    private (SampleResult, string) Judge(int length)
    {
        var answer = _buffer.AsSpan(0, length);
        if (length == 0) return (SampleResult.Bad, "closed without an answer");
        if (answer.TrimStart("\r\n "u8).StartsWith("Permission denied"u8))
            return (SampleResult.Unknown, "haproxy refuses the command: the line 'stats socket' needs 'level user' or above");
        if (_options.Backend is not { } backend)
        {
            var said = HaproxyVerdict.Info(answer);
            _answered = said.Result == SampleResult.Good;
            return said;
        }
        var (table, problem) = HaproxyTable.Parse(answer.ToArray());
        if (table is null) return (SampleResult.Bad, problem);
        _latest = new HaproxyStats(_options.Name, _sink.Now, table);
        _answered = true;
        return HaproxyVerdict.Servers(table, backend, _options.MinUp);
    }

    private (SampleResult, string) Describe(SocketException error) => error.SocketErrorCode switch
    {
        // what connect(2) says of a path: ENOENT, ENOTDIR, EACCES, ECONNREFUSED, EAGAIN, EPROTOTYPE
        SocketError.AccessDenied => (SampleResult.Unknown, $"{_path} may not be opened by the agent's user: give 'stats socket' a group of the agent and 'mode 660'"),
        SocketError.ConnectionRefused => (SampleResult.Bad, $"nobody listens at {_path}: haproxy is gone and left the file"),
        SocketError.WouldBlock => (SampleResult.Bad, $"the queue of {_path} is full: haproxy hangs"),
        SocketError.ConnectionReset or SocketError.Shutdown => (SampleResult.Bad, "closed inside the answer"),
        _ when !File.Exists(_path) => (SampleResult.Bad, $"no socket at {_path}: haproxy does not run, or its 'stats socket' is elsewhere"),
        _ => SocketFailure.Describe(error),
    };
}
