using Arbiter.Quorum;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Quorum;

/// <summary>The status is read by everybody at any time, also between the end of the leadership and the status that says so.</summary>
public sealed class StatusWhileEndingTests
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(20);
    private static readonly LeaseSettings s_settings = new()
    {
        Lease = TimeSpan.FromMilliseconds(400), Renew = TimeSpan.FromMilliseconds(100), RpcTimeout = TimeSpan.FromMilliseconds(50),
        Guard = TimeSpan.FromMilliseconds(20), ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(10),
    };

    [Fact]
    public async Task In_the_moment_in_which_it_stops_leading_nothing_is_left_of_the_lease_and_nobody_who_asks_fails()
    {
        InMemoryAcceptor[] acceptors = [new("a:1"), new("b:1"), new("c:1")];
        var stop = TestContext.Current.CancellationToken;
        var seeder = new QuorumSeeder(acceptors, ClusterName.Parse("test"), s_settings, 1, QuorumServices.NewIncarnation, TimeProvider.System);
        Assert.True((await seeder.Seed(_ => { }, stop)).Seeded);

        var asker = new Asker();
        var register = new RegisterLoop(acceptors, s_settings, "a1/1", 2, new Random(1), new LeaseClock(TimeProvider.System), TimeProvider.System, asker);
        asker.Ask = () => register.Status;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = register.Run(end.Token);
        await foreach (var said in register.Events.ReadAllAsync(stop))
            if (said is RegisterEvent.Gained) break;
        await end.CancelAsync();
        await running.WaitAsync(s_most, stop);
        Assert.Contains(asker.Seen, s => s is { State: RegisterState.Leading, LeaseLeft: { Ticks: 0 } });
    }

    /// <summary>Asks with each line of the log, in the loop's own moment.</summary>
    private sealed class Asker : ILogger<RegisterLoop>
    {
        public Func<RegisterStatus>? Ask { get; set; }

        public List<RegisterStatus> Seen { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Ask?.Invoke() is { } seen) Seen.Add(seen);
        }
    }
}
