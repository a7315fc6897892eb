using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>Everything that can happen to an agent. Time since the process started comes with it; nothing else is a clock.</summary>
public abstract record Input(TimeSpan At)
{
    /// <summary>What the files, the interface and the disk say before anything is done.</summary>
    public sealed record Started(TimeSpan At, ImmutableArray<GroupAtStart> Groups) : Input(At);

    /// <summary>One sample of one target of a probe. Process and http probes have one target.</summary>
    /// <param name="TakenAt">When the sample began.</param>
    public sealed record ProbeSampled(TimeSpan At, string Probe, string Target, SampleResult Result, string Reason, TimeSpan TakenAt, TimeSpan Took) : Input(At);

    /// <summary>One answer of the service behind a VIP, or that there was none.</summary>
    public sealed record ServiceSampled(TimeSpan At, GroupName Group, Uri Address, SampleResult Result, string Reason, TimeSpan TakenAt, TimeSpan Took) : Input(At);

    /// <summary>A line of keepalived's notify FIFO.</summary>
    public sealed record KeepalivedSaid(TimeSpan At, string Instance, NotifyState State, int Priority) : Input(At);

    /// <summary>Whether all VIPs of a group are on the interface.</summary>
    public sealed record VipChanged(TimeSpan At, GroupName Group, bool Present) : Input(At);

    public sealed record KeepalivedAlive(TimeSpan At, GroupName Group, bool Alive) : Input(At);

    /// <summary>An order whose signature, cluster and node were verified.</summary>
    public sealed record Ordered(TimeSpan At, Order Order) : Input(At);

    public sealed record LinkChanged(TimeSpan At, bool Connected) : Input(At);

    /// <summary>The broker confirmed a message.</summary>
    public sealed record BrokerAnswered(TimeSpan At) : Input(At);

    /// <summary>The steering files as they are now: keepalived rewrites the priority file when it starts.</summary>
    public sealed record FilesRead(TimeSpan At, GroupName Group, int Fence, int Priority) : Input(At);

    /// <summary>Whether the down file is there.</summary>
    public sealed record DownFileRead(TimeSpan At, GroupName Group, bool Present) : Input(At);

    public sealed record WriteFailed(TimeSpan At, GroupName Group, SteeringFile File, string Reason) : Input(At);

    public sealed record Persisted(TimeSpan At, long Request, string? Error) : Input(At);

    /// <summary>About every 50 ms: deadlines, heartbeats, and how late the own loop is.</summary>
    public sealed record Tick(TimeSpan At) : Input(At);

    /// <summary>The agent is being stopped: leave a plain VRRP pair behind.</summary>
    public sealed record Stopping(TimeSpan At) : Input(At);
}

public enum SampleResult { Good, Bad, Unknown }

/// <summary>Down: 1 = there, 0 = not there.</summary>
public enum SteeringFile { Fence, Priority, Down }

/// <summary>States of keepalived's notify FIFO (doc/man/man5/keepalived.conf.5, "vrrp_notify_fifo").</summary>
public enum NotifyState { Master, Backup, Fault, Stop, Deleted, MasterRxLowerPri, MasterPriority, BackupPriority }

/// <param name="FenceFile">The number in the file, 0 when missing or unreadable.</param>
/// <param name="PriorityFile">The same.</param>
/// <param name="LastNotify">The last line that waited in the notify FIFO; null when there was none.</param>
/// <param name="Obeyed">What was obeyed before, from disk; null when nothing is recorded.</param>
/// <param name="DownFile">Whether it is there; null when there is none to look at, or it could not be seen.</param>
public sealed record GroupAtStart(
    GroupName Group, int FenceFile, int PriorityFile, bool VipPresent, bool KeepalivedAlive, NotifyState? LastNotify, ObeyedRecord? Obeyed, bool? DownFile = null);

/// <summary>The highest order obeyed in a group, as it survives a restart.</summary>
public sealed record ObeyedRecord
{
    public required long Generation { get; init; }
    public required long Term { get; init; }
    public required long Epoch { get; init; }
    public required OrderedRole Role { get; init; }
    public required GroupPolicy Policy { get; init; }
    public required string BootId { get; init; }
}
