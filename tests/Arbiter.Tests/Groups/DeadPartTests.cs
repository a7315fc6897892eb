using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Intake;
using Arbiter.Quorum;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Arbiter.Tests.Groups;

/// <summary>A part that fails ends its service, and with it the program, which systemd starts anew: better than an arbiter that is deaf and says that it lives.</summary>
public sealed class DeadPartTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_link_that_fails_ends_the_intake_although_its_reader_goes_on()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var link = new FailingLink();
        using var intake = new SteeringIntake(
            ClusterName.Parse("test"), KeyRing.Parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), [], link, null!, null!,
            new ProcessClock(TimeProvider.System), services.GetRequiredService<IMeterFactory>(), NullLogger<SteeringIntake>.Instance);
        await intake.StartAsync(CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => intake.ExecuteTask!.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_register_whose_events_fail_ends_the_groups_although_they_tick_on()
    {
        var register = new FailingRegister();
        using var groups = new GroupSet([], register, new ProcessClock(TimeProvider.System));
        await groups.StartAsync(CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => groups.ExecuteTask!.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    private sealed class FailingLink : ISteeringLink
    {
        public LinkHealth Health => new(null, 0, 0);
        public ChannelReader<LinkEvent> Events { get; } = Channel.CreateBounded<LinkEvent>(1).Reader;
        public void Publish(Contracts.Bus.Envelope envelope) { }
        public Task Run(CancellationToken stopping) => Task.FromException(new InvalidOperationException("unforeseen"));
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FailingRegister : IRegister
    {
        public void Wish(OutboxWish wish) { }
        public void Watch(Action<OutboxPicture> watcher) { }
        private readonly Channel<RegisterEvent> _events = Channel.CreateBounded<RegisterEvent>(1);

        public FailingRegister() => _events.Writer.Complete(new InvalidOperationException("unforeseen"));

        public RegisterStatus Status => throw new NotSupportedException();
        public ChannelReader<RegisterEvent> Events => _events.Reader;
        public void Propose(Proposal proposal) { }
        public bool MaySpeak() => false;
        public Task Run(CancellationToken stopping) => Task.CompletedTask;
    }
}
