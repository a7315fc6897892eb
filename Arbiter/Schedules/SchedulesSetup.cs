using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.History;
using Arbiter.Quorum;
using Contracts.Hosting;
using Quartz;

namespace Arbiter.Schedules;

internal static class SchedulesSetup
{
    /// <summary>
    /// Planned moves by schedule and the daily cut of the history, both on every replica and effective on the leader alone. The scheduler
    /// keeps nothing: what fired stands in the register. Needs <see cref="IRegister"/>, <see cref="IGroups"/> and <see cref="ProcessClock"/>;
    /// <see cref="IHistory"/> is used where it is there.
    /// </summary>
    public static IServiceCollection AddSchedules(this IServiceCollection services, ArbiterOptions options)
    {
        Planning[] plans = [.. options.Groups.SelectMany(g => g.Schedules.Select(s => new Planning(g.Name, s)))];
        services.AddSingleton(s => new ScheduleDesk(plans, s.GetRequiredService<Lazy<IGroups>>(), s.GetRequiredService<IRegister>(),
            s.GetRequiredService<ProcessClock>(), s.GetRequiredService<ILogger<ScheduleDesk>>()));
        // the groups tell the desk and the desk asks the groups: one of them comes later
        services.AddSingleton(s => new Lazy<IGroups>(s.GetRequiredService<IGroups>));
        services.AddSingleton<ISchedules>(s => s.GetRequiredService<ScheduleDesk>());
        services.AddSingleton<IMoveAnswers>(s => s.GetRequiredService<ScheduleDesk>());
        services.AddSingleton(s => new DailyCut(options.HistoryKeep, s.GetRequiredService<IRegister>(), s.GetService<IHistory>(), s.GetRequiredService<ILogger<DailyCut>>()));
        services.AddHostedService<Accounting>();
        services.AddQuartz(q =>
        {
            q.UseInMemoryStore(store => store.MisfireThreshold = Accounts.LateMost);
            q.UseDefaultThreadPool(2);
            // a time that went by is recorded as missed by the desk, never run late
            q.ConfigureScheduler(o => o.DefaultMisfireHandling = DefaultMisfireHandling.DoNothing);
            q.AddJob<RetentionJob>(job => job.WithIdentity("retention"));
            q.AddTrigger(t => t.ForJob("retention").WithIdentity("retention")
                .WithCronSchedule(DailyCut.Cron(options.Cluster.Value), c => c.InTimeZone(TimeZoneInfo.Utc)));
            if (plans.Length == 0) return;
            q.AddJob<SwitchoverJob>(job => job.WithIdentity("switchover").StoreDurably());
            foreach (var plan in plans) Add(q, plan);
        });
        services.AddQuartzHostedService();
        return services;
    }

    private static void Add(IQuartzBuilder q, Planning plan)
    {
        var timetable = plan.Options.Timetable;
        // what does not come again would be refused by the scheduler
        if (timetable.Next(TimeProvider.System.GetUtcNow()) is not { } next) return;
        q.AddTrigger(t =>
        {
            t.ForJob("switchover").WithIdentity(plan.Name);
            if (timetable.Once) t.StartAt(next);
            else t.WithCronSchedule(timetable.Text, c => c.InTimeZone(timetable.Zone));
        });
    }
}

/// <summary>The desk's second hand.</summary>
internal sealed class Accounting(ScheduleDesk desk, ProcessClock clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) desk.Account();
    }
}
