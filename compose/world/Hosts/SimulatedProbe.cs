using Contracts.Hosting;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace World.Hosts;

/// <summary>
/// One probe: what it would find on this host now, and how long it needs to find it. Samples never overlap; one that is due meanwhile is
/// taken right after. At most one out of turn between two regular ones.
/// </summary>
internal sealed class SimulatedProbe(AgentProcess agent, SimulatedHost host, SimulatedWorld world, ProcessClock clock, ProbeOptions options)
{
    private bool _busy;
    private bool _due;
    private bool _repeated;

    public ProbeOptions Options => options;

    public void Regular()
    {
        _repeated = false;
        Due();
    }

    public void Repeat()
    {
        if (_repeated) return;
        _repeated = true;
        // the core is in the middle of a turn
        agent.After(TimeSpan.Zero, Due);
    }

    public void Due()
    {
        if (_busy)
        {
            _due = true;
            return;
        }
        var taken = clock.Now;
        _busy = true;
        if (options.Ping.Count == 0 && host.Lie != ProbeLie.None)
            Answer(Delays.LocalHttp, taken, options.Process ?? Place, () => host.Lie == ProbeLie.AllGood ? (SampleResult.Good, "all is well") : (SampleResult.Bad, "nothing works"));
        else if (options.Process is { } process)
            Answer(Delays.Scan, taken, process, () => host.Haproxy == ProxyState.Dead ? (SampleResult.Bad, $"no process {process}") : (SampleResult.Good, "1 process"));
        else if (options.Ping.Count > 0) Ping(taken);
        else if (options.Http!.IsLoopback) Proxy(taken);
        else Backend(taken);
    }

    /// <summary>A proxy that hangs and goes on within the deadline answers late, but well.</summary>
    private void Proxy(TimeSpan taken) => Answer(host.Haproxy == ProxyState.Hung ? options.Deadline : Delays.LocalHttp, taken, Place, () => host.Haproxy switch
    {
        ProxyState.Running => (SampleResult.Good, "status 200"),
        ProxyState.Dead => (SampleResult.Bad, "connection refused"),
        _ => (SampleResult.Bad, $"no answer in {options.Deadline.TotalMilliseconds:F0} ms"),
    });

    private void Backend(TimeSpan taken)
    {
        var (reached, up) = (host.Answers, host.Backends);
        Answer(reached ? Delays.RemoteHttp : options.Deadline, taken, Place, () =>
            !reached ? (SampleResult.Bad, $"no connection in {options.Deadline.TotalMilliseconds:F0} ms")
            : up ? (SampleResult.Good, "status 200") : (SampleResult.Bad, "connection refused"));
    }

    private string Place => $"{options.Http!.Host}:{options.Http.Port}";

    private void Answer(TimeSpan after, TimeSpan taken, string target, Func<(SampleResult, string)> find) => agent.After(after, () =>
    {
        var (result, reason) = find();
        Post(target, taken, result, reason);
        Done();
    });

    private void Ping(TimeSpan taken)
    {
        List<string> answer = [], silent = [];
        foreach (var target in options.Ping) (world.Pings(host, target) ? answer : silent).Add(target);
        if (answer.Count > 0) agent.After(Delays.Ping, () =>
        {
            foreach (var target in answer) Post(target, taken, SampleResult.Good, "answers");
            if (silent.Count == 0) Done();
        });
        if (silent.Count > 0) agent.After(options.Deadline, () =>
        {
            foreach (var target in silent) Post(target, taken, SampleResult.Bad, $"no answer in {options.Deadline.TotalMilliseconds:F0} ms");
            Done();
        });
    }

    private void Post(string target, TimeSpan taken, SampleResult result, string reason) =>
        agent.Post(new Input.ProbeSampled(clock.Now, options.Name, target, result, reason, taken, clock.Now - taken));

    private void Done()
    {
        _busy = false;
        if (!_due) return;
        _due = false;
        Due();
    }
}
