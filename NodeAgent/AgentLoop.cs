using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
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
    IStepWatch? watch = null) : IAgentHands
{
    /// <summary>Far above what 100 ms of inputs can be.</summary>
    public const int InboxSize = 4096;

    /// <summary>
    /// Full, it takes no more and says so to the writer: what is said only once (a role, an address, the disk's answer) waits or is tried
    /// again, and levels come again by themselves. To drop the oldest would lose a change for ever: the disk's answer, and nothing is raised any more.
    /// </summary>
    public static Channel<Input> CreateInbox() => Channel.CreateBounded<Input>(
        new BoundedChannelOptions(InboxSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Dictionary<string, IProbe> _probes = probes.ToDictionary(p => p.Name, StringComparer.Ordinal);
    private readonly AgentState _first = state;
    private AgentTurns? _turns;
    private TimeSpan _fedAt;

    public async Task Run(Input.Started started, CancellationToken stopping)
    {
        var turns = _turns = new AgentTurns(_first, clock, reporter, this, watch);
        turns.Step(started);
        systemd.Ready($"watching {turns.State.Groups.Count} group(s) as {turns.State.Options.Node}");
        LogStarted(log, turns.State.Options.Node.Value, turns.State.Process, turns.State.Groups.Count, turns.State.Probes.Count);
        using var timer = time.CreateTimer(_ => inbox.Writer.TryWrite(new Input.Tick(clock.Now)), null, AgentCore.TickInterval, AgentCore.TickInterval);
        try
        {
            while (await inbox.Reader.WaitToReadAsync(stopping).ConfigureAwait(false))
            {
                while (inbox.Reader.TryRead(out var input))
                {
                    turns.Take(input);
                    if (stopping.IsCancellationRequested) break;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        systemd.Stopping("leaving a plain VRRP pair behind");
        turns.Step(new Input.Stopping(clock.Now));
        LogStopped(log);
    }

    public void Ticked(TimeSpan now)
    {
        if (systemd.Watchdog is not { } limit || now - _fedAt < limit / 4) return;
        _fedAt = now;
        systemd.Alive();
    }

    /// <summary>Down files tell of themselves, each second, unless their file system hangs.</summary>
    public Input? LookAt(GroupState group, TimeSpan now)
    {
        if (group.Options.DownFile is null)
            return new Input.FilesRead(now, group.Name, SteeringFiles.Read(group.Options.FenceFile), SteeringFiles.Read(group.Options.PriorityFile));
        return downFiles.Stuck(group.Name, now) is { } reason ? new Input.WriteFailed(now, group.Name, SteeringFile.Down, reason) : null;
    }

    public void Write(Effect.Write write)
    {
        if (write.File == SteeringFile.Down)
        {
            downFiles.Want(write.Group, write.Value != 0);
            return;
        }
        var options = _turns!.State.Groups[write.Group].Options;
        var path = write.File == SteeringFile.Fence ? options.FenceFile : options.PriorityFile;
        // should the inbox be full, the next reading of the files shows that the value is not there
        if (files.Write(path, write.Value) is { } error) inbox.Writer.TryWrite(new Input.WriteFailed(clock.Now, write.Group, write.File, error));
    }

    public void Persist(Effect.Persist persist) => obeyed.Save(persist.Request, persist.Obeyed);

    public void Repeat(string probe)
    {
        if (_probes.TryGetValue(probe, out var known)) known.Repeat();
    }

    public void Ask(GroupName group, Uri? address) => services.FirstOrDefault(s => s.Group == group)?.Ask(address);

    public void Say(Effect.Say say)
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
