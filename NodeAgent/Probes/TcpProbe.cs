using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Contracts.Hosting;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// Does it accept a connection? A new one each time, within the deadline, closed by reset. The kernel accepts for a program that hangs, so
/// this only tells that something listens and that the way there works.
/// </summary>
internal sealed class TcpProbe : IProbe
{
    private readonly ProbeOptions _options;
    private readonly TargetAddress _host;
    private readonly string _target;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;

    public TcpProbe(ProbeOptions options, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider time)
    {
        (_options, _target) = (options, options.Tcp!.ToString());
        _host = new TargetAddress(options.Tcp.Host, time);
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public void Repeat() => _schedule.Repeat();

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    private async ValueTask Sample(CancellationToken stopping)
    {
        var taken = _sink.Now;
        var (result, reason) = await Connect(stopping).ConfigureAwait(false);
        if (result == SampleResult.Good && _sink.Now - taken is var took && took > _options.Deadline)
            (result, reason) = (SampleResult.Bad, $"accepts, but after {took.TotalMilliseconds:F0} ms");
        _sink.Post(_target, taken, result, reason);
    }

    private async ValueTask<(SampleResult, string)> Connect(CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_options.Deadline);
        try
        {
            var (address, failure) = await _host.Get(deadline.Token).ConfigureAwait(false);
            if (address is null) return (SampleResult.Unknown, failure);
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(new IPEndPoint(address, _options.Tcp!.Port), deadline.Token).ConfigureAwait(false);
            return (SampleResult.Good, "accepts");
        }
        catch (OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            return (SampleResult.Bad, $"no connection in {_options.Deadline.TotalMilliseconds:F0} ms");
        }
        catch (SocketException error)
        {
            return SocketFailure.Describe(error);
        }
    }
}
