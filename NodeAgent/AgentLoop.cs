using System.Threading.Channels;
using Contracts.Hosting;
using Microsoft.Extensions.Logging;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Persistence;
using NodeAgent.Probes;
using NodeAgent.Reporting;

namespace NodeAgent;

/// <summary>
/// The agent's one loop: takes an input, asks the core, carries the effects out, files first. Writing a steering file happens right here, so
/// that a fence is on its way 0.1 ms after its reason arrived; everything that may wait (disk, broker) is handed on, and its result comes
/// back as an input. systemd's watchdog is fed from here and from nowhere else.
/// </summary>
internal sealed partial class AgentLoop(
    AgentState state, Channel<Input> inbox, ProcessClock clock, SteeringFiles files, DownFiles downFiles, Reporter reporter, ObeyedWriter obeyed,
    IReadOnlyList<IProbe> probes, IReadOnlyList<IServiceProbe> services, SystemdNotifier systemd, TimeProvider time, ILogger<AgentLoop> log,
    IStepWatch? watch = null)
{
    /// <summary>Far above what 100 ms of inputs can be.</summary>
    public const int InboxSize = 4096;

    /// <summary>
    /// Full, it takes no more and says so to the writer: what is said only once (a role, an address, the disk's answer) waits or is tried
    /// again, and levels come again by themselves. To drop the oldest would lose a change for ever: the disk's answer, and nothing is raised any more.
    /// </summary>
    public static Channel<Input> CreateInbox() => Channel.CreateBounded<Input>(
        new BoundedChannelOptions(InboxSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private static readonly TimeSpan s_readFiles = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, IProbe> _probes = probes.ToDictionary(p => p.Name, StringComparer.Ordinal);
    private AgentState _state = state;
    private TimeSpan _tickedAt;
    private TimeSpan _filesReadAt;
    private TimeSpan _fedAt;

    public async Task Run(Input.Started started, CancellationToken stopping)
    {
        Step(started);
        systemd.Ready($"watching {_state.Groups.Count} group(s) as {_state.Options.Node}");
        LogStarted(log, _state.Options.Node.Value, _state.Process, _state.Groups.Count, _state.Probes.Count);
        using var timer = time.CreateTimer(_ => inbox.Writer.TryWrite(new Input.Tick(clock.Now)), null, AgentCore.TickInterval, AgentCore.TickInterval);
        try
        {
            while (await inbox.Reader.WaitToReadAsync(stopping).ConfigureAwait(false))
            {
                while (inbox.Reader.TryRead(out var input))
                {
                    // how late this loop is must be known before a sample taken meanwhile is judged
                    if (clock.Now - _tickedAt >= AgentCore.TickInterval) Tick();
                    if (input is not Input.Tick) Step(input with { At = clock.Now });
                    if (stopping.IsCancellationRequested) break;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        systemd.Stopping("leaving a plain VRRP pair behind");
        Step(new Input.Stopping(clock.Now));
        LogStopped(log);
    }

    private void Tick()
    {
        var now = clock.Now;
        _tickedAt = now;
        Step(new Input.Tick(now));
        if (now - _filesReadAt >= s_readFiles)
        {
            _filesReadAt = now;
            foreach (var group in _state.Groups.Values) Look(group, now);
        }
        if (systemd.Watchdog is { } limit && now - _fedAt >= limit / 4)
        {
            _fedAt = now;
            systemd.Alive();
        }
    }

    /// <summary>Down files tell of themselves, each second, unless their file system hangs.</summary>
    private void Look(GroupState group, TimeSpan now)
    {
        if (group.Options.DownFile is null)
            Step(new Input.FilesRead(now, group.Name, SteeringFiles.Read(group.Options.FenceFile), SteeringFiles.Read(group.Options.PriorityFile)));
        else if (downFiles.Stuck(group.Name, now) is { } reason)
            Step(new Input.WriteFailed(now, group.Name, SteeringFile.Down, reason));
    }

    private void Step(Input input)
    {
        var before = _state;
        var step = AgentCore.Advance(before, input);
        _state = step.State;
        // keepalived first: what is said of a fence (log, signature, broker) costs more than the fence
        foreach (var effect in step.Effects)
            if (effect is Effect.Write write) Write(write);
        foreach (var effect in step.Effects) CarryOut(effect);
        watch?.Stepped(before, input, _state);
    }

    private void Write(Effect.Write write)
    {
        if (write.File == SteeringFile.Down)
        {
            downFiles.Want(write.Group, write.Value != 0);
            return;
        }
        var options = _state.Groups[write.Group].Options;
        var path = write.File == SteeringFile.Fence ? options.FenceFile : options.PriorityFile;
        // should the inbox be full, the next reading of the files shows that the value is not there
        if (files.Write(path, write.Value) is { } error) inbox.Writer.TryWrite(new Input.WriteFailed(clock.Now, write.Group, write.File, error));
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.Persist persist:
                obeyed.Save(persist.Request, persist.Obeyed);
                break;
            case Effect.PublishHealth health:
                reporter.Publish(health.Event);
                break;
            case Effect.PublishRole role:
                reporter.Publish(role.Role);
                break;
            case Effect.PublishResult result:
                reporter.Publish(result.Result);
                break;
            case Effect.RepeatProbe repeat:
                if (_probes.TryGetValue(repeat.Probe, out var probe)) probe.Repeat();
                break;
            case Effect.AskService ask:
                services.FirstOrDefault(s => s.Group == ask.Group)?.Ask(ask.Address);
                break;
            case Effect.Say say:
                Say(say);
                break;
        }
    }

    private void Say(Effect.Say say)
    {
        switch (say.Severity)
        {
            case Severity.Error: LogError(log, say.Code, say.Text); break;
            case Severity.Warning: LogWarning(log, say.Code, say.Text); break;
            default: LogInformation(log, say.Code, say.Text); break;
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "agent of {Node} started: process {Process}, {Groups} group(s), {Probes} probe(s)", EventName = nameof(LogStarted))]
    private static partial void LogStarted(ILogger log, string node, string process, int groups, int probes);

    [LoggerMessage(1002, LogLevel.Information, "agent stopped; keepalived goes on as a plain VRRP pair", EventName = nameof(LogStopped))]
    private static partial void LogStopped(ILogger log);

    [LoggerMessage(1010, LogLevel.Information, "{Code}: {Text}", EventName = nameof(LogInformation))]
    private static partial void LogInformation(ILogger log, string code, string text);

    [LoggerMessage(1011, LogLevel.Warning, "{Code}: {Text}", EventName = nameof(LogWarning))]
    private static partial void LogWarning(ILogger log, string code, string text);

    [LoggerMessage(1012, LogLevel.Error, "{Code}: {Text}", EventName = nameof(LogError))]
    private static partial void LogError(ILogger log, string code, string text);
}
