using System.Threading.Channels;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.History;
using Arbiter.Quorum;
using Arbiter.Schedules;
using Arbiter.Tests.Api;
using Arbiter.Tests.Groups;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Arbiter.Tests.Schedules;

/// <summary>The room as the program wires it, with the real scheduler.</summary>
public sealed class SchedulerTests
{
    [Fact]
    public async Task A_trigger_brings_its_own_time_to_the_group_once_and_does_so_each_time()
    {
        var asked = Channel.CreateUnbounded<MoveRequest>();
        var options = Pictures.Options();
        var schedule = new ScheduleOptions("web-switchover-1", Timetable.Cron("* * * * * ?", TimeZoneInfo.Utc, out _)!, Pictures.Lb2, null);
        options = options with { Groups = [options.Groups[0] with { Schedules = [schedule] }] };
        var register = new FakeRegister();
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IHostApplicationLifetime, Started>().AddSingleton(TimeProvider.System).AddSingleton<ProcessClock>()
            .AddSingleton<IRegister>(register).AddSingleton<IGroups>(new Inbox(asked.Writer)).AddSchedules(options).BuildServiceProvider();
        register.Gain(1);
        var running = services.GetServices<IHostedService>().ToArray();
        foreach (var service in running) await service.StartAsync(TestContext.Current.CancellationToken);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        var first = await asked.Reader.ReadAsync(patience.Token);
        var second = await asked.Reader.ReadAsync(patience.Token);
        foreach (var service in running.Reverse()) await service.StopAsync(CancellationToken.None);

        Assert.Equal((schedule.Name, Pictures.Lb2), (first.Firing!.Schedule, first.To!.Value));
        Assert.Equal(first.Firing.At.AddSeconds(1), second.Firing!.At);
        Assert.Equal(0, first.Firing.At.Ticks % TimeSpan.TicksPerSecond);
        Assert.Equal(TimeSpan.Zero, first.Firing.At.Offset);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Only_the_leader_cuts_the_history(bool leads, int cuts)
    {
        var (register, history) = (new FakeRegister(), new CountingHistory());
        if (leads) register.Gain(1);
        await new DailyCut(TimeSpan.FromDays(90), register, history, NullLogger<DailyCut>.Instance).Trim(TestContext.Current.CancellationToken);
        await new DailyCut(TimeSpan.FromDays(90), register, null, NullLogger<DailyCut>.Instance).Trim(TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromDays(90), cuts), history.Kept);
    }

    [Fact]
    public void The_history_is_cut_at_night_and_not_by_all_clusters_at_once()
    {
        var crons = Enumerable.Range(0, 50).Select(i => DailyCut.Cron($"cluster{i}")).ToArray();
        Assert.All(crons, c => Assert.NotNull(Timetable.Cron(c, TimeZoneInfo.Utc, out _)));
        Assert.True(crons.Distinct().Count() > 20);
    }

    private sealed class Inbox(ChannelWriter<MoveRequest> asked) : IGroups
    {
        public bool Knows(NodeId node) => true;
        public void Post(NodeId node, Input input) { }
        public void Post(GroupName group, Input input) => asked.TryWrite(((Input.MoveAsked)input).Request);
        public void PostAll(Input input) { }
    }

    private sealed class CountingHistory : IHistory
    {
        public List<TimeSpan> Kept { get; } = [];

        public Task<long> Trim(TimeSpan keep, CancellationToken stopping)
        {
            Kept.Add(keep);
            return Task.FromResult(3L);
        }

        public Task<HistoryPage> Read(GroupName group, HistoryPlace? below, int most, CancellationToken stopping) => throw new NotSupportedException();
        public Task<System.Collections.Immutable.ImmutableArray<RecordedEvent>> Find(long generation, long first, long last, CancellationToken stopping) => throw new NotSupportedException();
        public Task<HistoryEntry?> Find(string id, CancellationToken stopping) => throw new NotSupportedException();
    }
}
