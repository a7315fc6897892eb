using System.Net.Sockets;
using System.Threading.Channels;
using Contracts.Hosting;
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
    /// <summary>Statistics older than so many intervals are not of now.</summary>
    public const int FreshIntervals = 3;

    private readonly ProbeOptions _options;
    private readonly HaproxySocket _socket;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;
    private volatile HaproxyStats? _newest;

    public HaproxySocketProbe(ProbeOptions options, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider time)
    {
        (_options, _socket) = (options, new HaproxySocket(options.HaproxySocket!));
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public TimeSpan Interval => _options.Interval;

    /// <summary>With a backend the whole table is read, and kept; without one only a sign of life.</summary>
    public bool Reads(string path) => _options.Backend is not null && _socket.Path == path;

    public ValueTask<HaproxyStats?> Newest(CancellationToken stopping) =>
        ValueTask.FromResult(_newest is { } newest && _sink.Now - newest.ReadAt <= FreshIntervals * _options.Interval ? newest : null);

    public void Repeat() => _schedule.Repeat();

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    private async ValueTask Sample(CancellationToken stopping)
    {
        var taken = _sink.Now;
        var (result, reason, table) = await Ask(stopping).ConfigureAwait(false);
        if (_options.Backend is not null) _newest = new HaproxyStats(_sink.Now, table);
        if (result == SampleResult.Good && _sink.Now - taken is var took && took > _options.Deadline)
            (result, reason) = (SampleResult.Bad, $"{reason}, but after {took.TotalMilliseconds:F0} ms");
        _sink.Post(_options.Backend ?? _socket.Path, taken, result, reason);
    }

    private async ValueTask<(SampleResult, string, HaproxyTable?)> Ask(CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_options.Deadline);
        try
        {
            var answer = await _socket.Ask(_options.Backend is null ? HaproxySocket.Info : HaproxySocket.Statistics, deadline.Token).ConfigureAwait(false);
            return answer is { } bytes ? Judge(bytes.Span)
                : (SampleResult.Unknown, $"the answer is longer than {HaproxySocket.MostBytes >> 20} MB, more than this probe reads", null);
        }
        catch (OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            return (SampleResult.Bad, $"no answer in {_options.Deadline.TotalMilliseconds:F0} ms: haproxy hangs, or the host is overloaded", null);
        }
        catch (SocketException error)
        {
            var (result, reason) = Describe(error);
            return (result, reason, null);
        }
    }

    private (SampleResult, string, HaproxyTable?) Judge(ReadOnlySpan<byte> answer)
    {
        if (answer.Length == 0) return (SampleResult.Bad, "closed without an answer", null);
        if (answer.TrimStart("\r\n "u8).StartsWith("Permission denied"u8))
            return (SampleResult.Unknown, "haproxy refuses the command: the line 'stats socket' needs 'level user' or above", null);
        if (_options.Backend is not { } backend)
        {
            var said = HaproxyVerdict.Info(answer);
            return (said.Result, said.Reason, null);
        }
        var (table, problem) = HaproxyTable.Parse(answer.ToArray());
        if (table is null) return (SampleResult.Bad, problem, null);
        var (result, reason) = HaproxyVerdict.Servers(table, backend, _options.MinUp);
        return (result, reason, table);
    }

    private (SampleResult, string) Describe(SocketException error) => error.SocketErrorCode switch
    {
        // what connect(2) says of a path: ENOENT, ENOTDIR, EACCES, ECONNREFUSED, EAGAIN, EPROTOTYPE
        SocketError.AccessDenied => (SampleResult.Unknown, $"{_socket.Path} may not be opened by the agent's user: give 'stats socket' a group of the agent and 'mode 660'"),
        SocketError.ConnectionRefused => (SampleResult.Bad, $"nobody listens at {_socket.Path}: haproxy is gone and left the file"),
        SocketError.WouldBlock => (SampleResult.Bad, $"the queue of {_socket.Path} is full: haproxy hangs"),
        SocketError.ConnectionReset or SocketError.Shutdown => (SampleResult.Bad, "closed inside the answer"),
        _ when !File.Exists(_socket.Path) => (SampleResult.Bad, $"no socket at {_socket.Path}: haproxy does not run, or its 'stats socket' is elsewhere"),
        _ => SocketFailure.Describe(error),
    };
}
