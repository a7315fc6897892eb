using Quartz;

namespace Arbiter.Schedules;

/// <summary>What the triggers run. A job only hands over; whether anything happens is decided by the group's loop of the leader.</summary>
[DisallowConcurrentExecution]
internal sealed class SwitchoverJob(ScheduleDesk desk) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        desk.Fire(context.Trigger.Key.Name, context.ScheduledFireTimeUtc ?? context.FireTimeUtc);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The daily cut of the history.</summary>
[DisallowConcurrentExecution]
internal sealed class RetentionJob(DailyCut cut) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await cut.Trim(cancellationToken);
}
