using Arbiter.Configuration;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Microsoft.Extensions.DependencyInjection;

namespace Arbiter.Tests.Quorum;

public sealed class QuorumServicesTests
{
    [Fact]
    public async Task A_register_over_servers_in_memory_leads_survives_a_lost_minority_and_stops()
    {
        InMemoryAcceptor[] acceptors = [new("m1"), new("m2"), new("m3")];
        var options = new QuorumOptions { Redis = ["m1", "m2", "m3"] };
        var quick = LeaseSettings.From(options) with { Lease = TimeSpan.FromMilliseconds(1), Margin = TimeSpan.Zero };
        var seeded = await new QuorumSeeder(acceptors, RedisServers.Cluster, quick, 1, QuorumServices.NewIncarnation, TimeProvider.System).Seed(_ => { }, default);
        Assert.True(seeded.Seeded, seeded.Text);

        acceptors[2].Fail("OOM");
        await using var services = new ServiceCollection().AddLogging().AddSingleton(new AcceptorSet(acceptors)).AddQuorum(new ArbiterOptions
        {
            Cluster = RedisServers.Cluster, Replica = "a", RabbitMqUri = new Uri("amqp://localhost"), RabbitMqPassword = "", Quorum = options,
            ClusterKey = "", HttpListen = "", Groups = [],
        }).BuildServiceProvider();
        var register = services.GetRequiredService<IRegister>();
        using var stop = new CancellationTokenSource();
        var running = register.Run(stop.Token);

        Assert.IsType<RegisterEvent.Gained>((await Next(register)) is RegisterEvent.Observed ? await Next(register) : new RegisterEvent.Lost("no Observed first"));
        Assert.True(register.MaySpeak());
        Assert.Equal("OOM", register.Status.Acceptors[2].State);
        register.Propose(new(GroupName.Parse("web"), 0, NodeId.Parse("lb1"), "initial"));
        Assert.Equal(Arbiter.Core.ProposalOutcome.Committed, Assert.IsType<RegisterEvent.Settled>(await Next(register)).Outcome);

        await stop.CancelAsync();
        await running;
        Assert.False(register.MaySpeak());
        register.Propose(new(GroupName.Parse("web"), 2, NodeId.Parse("lb2"), "failover"));      // nobody is left to answer; it must not throw
    }

    private static async Task<RegisterEvent> Next(IRegister register) => await register.Events.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
}
