using System.Globalization;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>The Lua statements on a real Redis, and that the model answers the same.</summary>
[Trait("tier", "integration")]
public sealed class RedisStatementTests
{
    private static Ballot B(long n, long gen = 1) => Ballot.Of(gen, n, 9);

    private static async Task<string> SeedOne(IAcceptor acceptor, string incarnation, Ballot ballot, string value)
    {
        var ticket = (await acceptor.Ask(new Request.Probe("", Ballot.None, ""), default)).Ticket;
        Assert.Equal(Answer.Ok, (await acceptor.Ask(new Request.Probe(incarnation, ballot, ticket), default)).Answer);
        Assert.Equal(Answer.Ok, (await acceptor.Ask(new Request.Seed(incarnation, ballot, value), default)).Answer);
        return ticket;
    }

    [Fact]
    public async Task A_server_votes_from_its_seed_until_it_is_killed_and_then_says_so()
    {
        await using var servers = await RedisServers.Start(1, persistent: true);
        var one = servers.Connect()[0];

        var virgin = await Answered(one, new Request.Read(Ballot.None));
        Assert.Equal(Answer.Virgin, virgin.Answer);
        Assert.Equal(40, virgin.RunId.Length);
        Assert.Equal(Answer.Virgin, (await one.Ask(new Request.Prepare(B(1)), default)).Answer);
        Assert.Equal(Answer.Virgin, (await one.Ask(new Request.Accept(B(1), B(2), "v", ""), default)).Answer);
        Assert.Equal(Answer.NoProbe, (await one.Ask(new Request.Seed("i1", B(1), "v"), default)).Answer);

        await SeedOne(one, "i1", B(1), "v1");
        var read = await one.Ask(new Request.Read(Ballot.None), default);
        Assert.Equal((Answer.Ok, "i1", B(1), B(1), "v1"), (read.Answer, read.Incarnation, read.Promised, read.Accepted, read.Value));
        Assert.Equal("", (await one.Ask(new Request.Read(B(1)), default)).Value);
        Assert.Equal(Answer.Voting, (await one.Ask(new Request.Probe("i2", B(9), "any"), default)).Answer);
        Assert.Equal(Answer.Voting, (await one.Ask(new Request.Seed("i2", B(9), "v9"), default)).Answer);

        Assert.Equal(B(1), (await one.Ask(new Request.Prepare(B(1)), default)).Promised);                    // NACK: not above
        var promise = await one.Ask(new Request.Prepare(B(5)), default);
        Assert.Equal((Answer.Ok, "i1", B(1), "v1"), (promise.Answer, promise.Incarnation, promise.Accepted, promise.Value));
        Assert.Equal(Answer.Inc, (await one.Ask(new Request.Accept(B(5), B(6), "v5", "i0"), default)).Answer);
        Assert.Equal(Answer.Nack, (await one.Ask(new Request.Accept(B(4), B(4), "v4", "i1"), default)).Answer);
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Accept(B(5), B(6), "v5", "i1"), default)).Answer);
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Accept(B(5), B(6), "v5", "i1"), default)).Answer);  // the same again
        Assert.Equal(Answer.Nack, (await one.Ask(new Request.Accept(B(3), B(3), "v3", "i1"), default)).Answer);
        Assert.Equal("BADBALLOT", (await one.Ask(new Request.Accept(B(7), B(6), "v", "i1"), default)).Error);
        Assert.Equal("BADBALLOT", (await one.Ask(new Request.Prepare(Ballot.None), default)).Error);

        await servers[0].Restart();
        var restarted = await Answered(one, new Request.Read(Ballot.None));
        Assert.Equal((Answer.Restarted, B(6), B(5), "v5"), (restarted.Answer, restarted.Promised, restarted.Accepted, restarted.Value));
        Assert.NotEqual(virgin.RunId, restarted.RunId);
        Assert.Equal(Answer.Restarted, (await one.Ask(new Request.Prepare(B(8)), default)).Answer);
        Assert.Equal(Answer.Restarted, (await one.Ask(new Request.Accept(B(8), B(8), "v8", "i1"), default)).Answer);
    }

    [Fact]
    public async Task A_server_without_persistence_is_virgin_after_kill_and_after_flush_and_refuses_the_old_ticket()
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect()[0];
        await Answered(one, new Request.Read(Ballot.None));
        var old = await SeedOne(one, "i1", B(1), "v1");
        Assert.Equal("+OK", await servers[0].Say("FLUSHALL"));
        Assert.Equal(Answer.Virgin, (await one.Ask(new Request.Read(Ballot.None), default)).Answer);
        var late = await one.Ask(new Request.Probe("i2", B(2), old), default);
        Assert.Equal(Answer.Ticket, late.Answer);
        Assert.NotEqual(old, late.Ticket);
        Assert.Equal(Answer.NoProbe, (await one.Ask(new Request.Seed("i1", B(1), "v1"), default)).Answer);

        await servers[0].Restart();
        Assert.Equal(Answer.Virgin, (await Answered(one, new Request.Read(Ballot.None))).Answer);
    }

    [Fact]
    public async Task A_retired_voter_votes_no_more_and_can_be_seeded_again()
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect()[0];
        await Answered(one, new Request.Read(Ballot.None));
        await SeedOne(one, "i1", B(5), "v1");
        Assert.Equal(Answer.Nack, (await one.Ask(new Request.Retire("i1", B(4)), default)).Answer);
        Assert.Equal(Answer.Nack, (await one.Ask(new Request.Retire("i0", B(6)), default)).Answer);
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Retire("i1", B(6)), default)).Answer);
        Assert.Equal(Answer.Restarted, (await one.Ask(new Request.Read(Ballot.None), default)).Answer);
        await SeedOne(one, "i2", B(7), "v7");
        Assert.Equal("i2", (await one.Ask(new Request.Read(Ballot.None), default)).Incarnation);
    }

    /// <summary>The first connection may take longer than one question.</summary>
    internal static async Task<Reply> Answered(IAcceptor acceptor, Request request)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var reply = await acceptor.Ask(request, default);
            if (reply.Answer != Answer.None) return reply;
            await Task.Delay(50);
        }
        throw new InvalidOperationException($"{acceptor.Address} does not answer");
    }
}
