using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// Does it answer HTTP? Expected codes decide where configured; else a hard probe takes any complete status line (the proxy lives),
/// a soft one 2xx and 3xx (the service works).
/// </summary>
internal sealed class HttpProbe : IProbe
{
    private readonly ProbeOptions _options;
    private readonly HttpQuestion _question;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;

    /// <exception cref="FormatException">Not http://.</exception>
    public HttpProbe(ProbeOptions options, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider time)
    {
        _options = options;
        _question = new HttpQuestion(options.Http!, options.Deadline, IsGood, time);
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public void Repeat() => _schedule.Repeat();

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    private async ValueTask Sample(CancellationToken stopping)
    {
        var taken = _sink.Now;
        var (result, reason) = await _question.Ask(stopping).ConfigureAwait(false);
        _sink.Post(_question.Target, taken, result, reason);
    }

    private bool IsGood(int status) => _options.Expect.Count > 0
        ? _options.Expect.Contains(status)
        : _options.Class == ProbeClass.Hard || status is >= 200 and < 400;
}
