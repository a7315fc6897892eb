using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Wire;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>Posts the samples of one probe. With the inbox full a sample is dropped and counted: the next one says the same or better.</summary>
internal sealed class SampleSink(string probe, ProcessClock clock, ChannelWriter<Input> inputs)
{
    /// <summary>Reasons travel to the arbiter and into logs.</summary>
    public const int ReasonLimit = 200;
    private long _dropped;

    public TimeSpan Now => clock.Now;
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Post(string target, TimeSpan takenAt, SampleResult result, string reason)
    {
        var now = clock.Now;
        if (!inputs.TryWrite(new Input.ProbeSampled(now, probe, target, result, WireLimits.Clip(reason, ReasonLimit), takenAt, now - takenAt)))
            Interlocked.Increment(ref _dropped);
    }
}
