using System.Threading.Channels;
using Contracts.Hosting;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Probes;

/// <summary>
/// Runs a program and takes its exit code as Nagios plugins mean it: 0 good, 1 a warning (good unless configured otherwise), 2 bad, anything
/// else unknown; its first line of output is the reason. Each run has a thread of its own, so that neither a program that cannot be loaded
/// nor one that cannot be killed holds anything up; while one is still there no second is started, and the probe is unknown, which never
/// makes a failure.
/// </summary>
internal sealed class CommandProbe : IProbe, ICommandRuns
{
    private readonly ProbeOptions _options;
    private readonly TimeProvider _time;
    private readonly SampleSink _sink;
    private readonly ProbeSchedule _schedule;
    private readonly RunCommand _run;
    private Task<CommandOutcome>? _running;
    private ChildProcess? _left;
    private TimeSpan _hangsSince;
    private int _abandoned;

    /// <summary>Runs the words to their end or the deadline, unless the descriptor tells to stop.</summary>
    public delegate CommandOutcome RunCommand(IReadOnlyList<string> words, TimeSpan deadline, int stop);

    /// <param name="run">null: for real.</param>
    public CommandProbe(ProbeOptions options, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider time, RunCommand? run = null)
    {
        (_options, _time, _run) = (options, time, run ?? ((words, deadline, stop) => CommandRun.Run(words, deadline, stop)));
        _sink = new SampleSink(options.Name, clock, inputs);
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public int Abandoned => Volatile.Read(ref _abandoned);

    public void Repeat() => _schedule.Repeat();

    public Task Run(CancellationToken stopping) => _schedule.Run(Sample, stopping);

    private async ValueTask Sample(CancellationToken stopping)
    {
        var taken = _sink.Now;
        if (StillHangs())
        {
            Post(taken, SampleResult.Unknown, $"the run of {(taken - _hangsSince).TotalSeconds:F0} s ago hangs inside the kernel and is not repeated ({Abandoned} given up so far)");
            return;
        }
        try
        {
            _running = Start(stopping);
            // loading the program may hang where nothing can interrupt it
            var outcome = await _running.WaitAsync(_options.Deadline + 2 * CommandRun.Grace, _time, CancellationToken.None).ConfigureAwait(false);
            _running = null;
            stopping.ThrowIfCancellationRequested();
            if (outcome.Left is { } left) GiveUp(taken, left);
            var (result, reason) = Judge(outcome);
            Post(taken, result, reason);
        }
        catch (TimeoutException)
        {
            GiveUp(taken, null);
            Post(taken, SampleResult.Unknown, $"{_options.Command[0]} cannot be loaded: its file system hangs?");
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            _running = null;
            Post(taken, SampleResult.Unknown, "no thread to be had (TasksMax= of the unit)");
        }
    }

    private void GiveUp(TimeSpan taken, ChildProcess? left)
    {
        (_left, _hangsSince) = (left, taken);
        Volatile.Write(ref _abandoned, _abandoned + 1);
    }

    private bool StillHangs()
    {
        if (_running is { IsCompleted: false }) return true;
        if (_running is { IsCompletedSuccessfully: true, Result.Left: { } late }) _left = late;
        _running = null;
        if (_left is null) return false;
        if (!_left.TryReap(out _, out _)) return true;
        _left.Dispose();
        _left = null;
        return false;
    }

    private Task<CommandOutcome> Start(CancellationToken stopping)
    {
        var done = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                using var stop = new WakeSignal();
                using var asked = stopping.Register(stop.Set);
                done.SetResult(_run(_options.Command, _options.Deadline, stop.Fd));
            }
            catch (Exception error) when (error is InvalidOperationException or OutOfMemoryException)
            {
                done.SetResult(new CommandOutcome(CommandEnd.NotStarted, 0, error.Message, []));
            }
        }, 256 * 1024) { Name = $"run {_options.Name}", IsBackground = true }.Start();
        return done.Task;
    }

    private void Post(TimeSpan taken, SampleResult result, string reason) => _sink.Post(_options.Command[0], taken, result, reason);

    private (SampleResult, string) Judge(CommandOutcome outcome)
    {
        var said = NagiosOutput.Reason(outcome.Output);
        var deadline = $"{_options.Deadline.TotalMilliseconds:F0} ms";
        return outcome.End switch
        {
            CommandEnd.Exited => OfCode(outcome.Code, said),
            CommandEnd.Signalled => (SampleResult.Unknown, $"ended by signal {outcome.Code}{Quoted(said)}"),
            CommandEnd.NotStarted => (SampleResult.Unknown, outcome.Detail),
            CommandEnd.TimedOut => (SampleResult.Bad, $"not done in {deadline}, killed{Quoted(said)}"),
            CommandEnd.Flooded => (SampleResult.Unknown, $"wrote more than {CommandRun.MostOutput >> 20} MB, killed{Quoted(said)}"),
            CommandEnd.Unkillable => (SampleResult.Bad, $"not done in {deadline}, and it cannot be killed: it hangs inside the kernel"),
            _ => (SampleResult.Unknown, "stopped"),
        };
    }

    private (SampleResult, string) OfCode(int code, string said) => code switch
    {
        0 => (SampleResult.Good, said.Length > 0 ? said : "exit code 0"),
        1 => (_options.WarningIsGood ? SampleResult.Good : SampleResult.Bad, $"warning{Quoted(said)}"),
        2 => (SampleResult.Bad, said.Length > 0 ? said : "critical (exit code 2)"),
        3 => (SampleResult.Unknown, said.Length > 0 ? said : "unknown (exit code 3)"),
        _ => (SampleResult.Unknown, $"exit code {code}, which is none of 0 to 3{Quoted(said)}"),
    };

    private static string Quoted(string said) => said.Length > 0 ? $": {said}" : "";
}
