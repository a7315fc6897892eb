using System.Threading.Channels;
using Contracts.Hosting;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// Do these addresses answer ICMP echo? All at the same time, one sample per address and interval, each under the deadline. No raw socket,
/// no capability, and no started program (which is what the BCL's Ping does without privileges).
/// </summary>
internal sealed class PingProbe : IProbe
{
    private readonly ProbeOptions _options;
    private readonly (string Name, PingTarget Target)[] _targets;
    private readonly Task[] _asked;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;

    /// <exception cref="FormatException">A target is not an address.</exception>
    public PingProbe(ProbeOptions options, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider time)
    {
        _options = options;
        _targets = [.. options.Ping.Select(address => (address, new PingTarget(address, options.Deadline)))];
        _asked = new Task[_targets.Length];
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public void Repeat() => _schedule.Repeat();

    public async Task Run(CancellationToken stopping)
    {
        await _schedule.Run(Sample, stopping).ConfigureAwait(false);
        foreach (var (_, target) in _targets) target.Dispose();
    }

    private async ValueTask Sample(CancellationToken stopping)
    {
        using var expired = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        expired.CancelAfter(_options.Deadline);
        for (var i = 0; i < _targets.Length; i++) _asked[i] = One(_targets[i].Name, _targets[i].Target, expired.Token, stopping);
        await Task.WhenAll(_asked).ConfigureAwait(false);
    }

    private async Task One(string name, PingTarget target, CancellationToken expired, CancellationToken stopping)
    {
        var taken = _sink.Now;
        var (result, reason) = await target.Ask(expired).ConfigureAwait(false);
        if (!stopping.IsCancellationRequested) _sink.Post(name, taken, result, reason);
    }
}
