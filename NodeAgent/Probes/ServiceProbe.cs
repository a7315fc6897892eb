using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>A question each second, of 500 ms at most; 2xx and 3xx are good, as for any soft probe.</summary>
internal sealed class ServiceProbe(GroupName group, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider time) : IServiceProbe
{
    private readonly ProbeSchedule _schedule = new(time, ServiceTally.Interval);
    private volatile Question? _question;

    public GroupName Group => group;

    public void Ask(Uri? address)
    {
        _question = address is null ? null : new Question(address, Of(address, time));
        if (address is not null) _schedule.Repeat();
    }

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    public static HttpQuestion Of(Uri address, TimeProvider time) => new(address, ServiceTally.Deadline, status => status is >= 200 and < 400, time);

    private async ValueTask Sample(CancellationToken stopping)
    {
        if (_question is not { } question) return;
        var taken = clock.Now;
        var (result, reason) = await question.Http.Ask(stopping).ConfigureAwait(false);
        var now = clock.Now;
        // with the inbox full it is dropped: the next says the same or better
        inputs.TryWrite(new Input.ServiceSampled(now, group, question.Address, result, WireLimits.Clip(reason), taken, now - taken));
    }

    private sealed record Question(Uri Address, HttpQuestion Http);
}
