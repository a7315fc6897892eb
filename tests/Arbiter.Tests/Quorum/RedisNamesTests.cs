using Arbiter.Hosting;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>Each trouble of a real server is no answer to anything, reading included, under its own name, and ends when the trouble does.</summary>
[Trait("tier", "integration")]
public sealed class RedisNamesTests
{
    private static readonly Request Read = new Request.Read(Ballot.None);
    private static readonly Request Prepare = new Request.Prepare(Ballot.Of(9, 9, 9));

    [Fact]
    public async Task OOM_is_named_where_the_statements_may_not_run_above_maxmemory_and_nothing_is_half_done()
    {
        await using var servers = await RedisServers.Start(1);
        var flagged = servers.Connect()[0];
        await Voting(flagged);
        await using var plain = Plain(servers);
        Assert.Equal(Answer.Ok, (await RedisStatementTests.Answered(plain, Read)).Answer);
        Assert.Equal("+OK", await servers[0].Say("CONFIG SET maxmemory 1"));
        Assert.Equal((Answer.None, "OOM"), ((await plain.Ask(Prepare, default)) is var reply ? reply.Answer : default, reply.Error));
        var left = await flagged.Ask(Read, default);
        Assert.Equal((Answer.Ok, Ballot.Of(1, 1, 1)), (left.Answer, left.Promised));
        // Redis 7: the statements go on above it
        Assert.Equal(Answer.Ok, (await flagged.Ask(Prepare, default)).Answer);
        Assert.Equal(Answer.Ok, (await flagged.Ask(new Request.Accept(Ballot.Of(9, 9, 9), Ballot.Of(9, 10, 9), new string('v', 60_000), "i1"), default)).Answer);
        Assert.Equal("+OK", await servers[0].Say("CONFIG SET maxmemory 0"));
        Assert.Equal(Answer.Ok, (await plain.Ask(new Request.Prepare(Ballot.Of(9, 11, 9)), default)).Answer);
    }

    [Fact]
    public async Task MISCONF_is_named_while_the_disk_takes_no_snapshot()
    {
        await using var servers = await RedisServers.Start(1, false, "--save", "3600", "1", "--enable-protected-configs", "yes");
        var one = servers.Connect()[0];
        await Voting(one);
        servers[0].LoseDirectory();
        await servers[0].Say("BGSAVE");
        Assert.Equal("MISCONF", (await Until(one, Read, r => r.Error == "MISCONF")).Error);
        Assert.Equal("MISCONF", (await one.Ask(Prepare, default)).Error);
        servers[0].GetDirectoryBack();
        Assert.Equal("+OK", await servers[0].Say($"CONFIG SET dir {servers[0].Directory}"));
        await servers[0].Say("BGSAVE");
        Assert.Equal(Answer.Ok, (await Until(one, Read, r => r.Answer == Answer.Ok)).Answer);
    }

    [Fact]
    public async Task READONLY_and_MASTERDOWN_are_named_when_a_master_becomes_a_replica_under_an_open_connection()
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect()[0];
        await Voting(one);
        await using var plain = Plain(servers);
        Assert.Equal(Answer.Ok, (await RedisStatementTests.Answered(plain, Read)).Answer);
        Assert.Equal("+OK", await servers[0].Say($"REPLICAOF 127.0.0.1 {RedisServers.FreePort()}"));
        Assert.Equal(("READONLY", "READONLY"), ((await one.Ask(Read, default)).Error, (await one.Ask(Prepare, default)).Error));
        Assert.Equal("+OK", await servers[0].Say("CONFIG SET replica-serve-stale-data no"));
        Assert.Equal("MASTERDOWN", (await plain.Ask(Read, default)).Error);
        // promoted without having had another's data: it is what it was
        Assert.Equal("+OK", await servers[0].Say("REPLICAOF NO ONE"));
        Assert.Equal((Answer.Ok, "i1"), ((await one.Ask(Read, default)) is var back ? back.Answer : default, back.Incarnation));
    }

    [Fact]
    public async Task A_promoted_replica_of_another_server_of_the_quorum_does_not_vote()
    {
        await using var servers = await RedisServers.Start(2);
        var (first, second) = (servers.Connect()[0], servers.Connect()[1]);
        await Voting(first);
        await Voting(second);
        Assert.Equal("+OK", await servers[1].Say($"REPLICAOF {servers[0].Address.Replace(':', ' ')}"));
        for (var tries = 0; !(await servers[1].Info("replication")).Contains("master_link_status:up", StringComparison.Ordinal) && tries < 500; tries++) await Task.Delay(10);
        Assert.Equal("+OK", await servers[1].Say("REPLICAOF NO ONE"));
        Assert.Equal(Answer.Restarted, (await Until(second, Read, r => r.Answer == Answer.Restarted)).Answer);
        Assert.Equal(Answer.Ok, (await first.Ask(Read, default)).Answer);
    }

    [Fact]
    public async Task LOADING_is_named_while_a_server_reads_its_disk_and_then_it_does_not_vote()
    {
        await using var servers = await RedisServers.Start(1, false, "--enable-debug-command", "yes", "--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024");
        var one = servers.Connect(TimeSpan.FromSeconds(1))[0];
        await Voting(one);
        Assert.Equal("+OK", await servers[0].Say("DEBUG POPULATE 8000 k 64"));
        Assert.Equal("+OK", await servers[0].Say("SAVE"));
        await servers[0].Restart();
        Assert.StartsWith("-LOADING", await servers[0].Say("GET a"), StringComparison.Ordinal);
        // it takes seconds until the delay is gone; the client library has no connection for us while the server refuses its greeting: not after one was
        // lost, nor when there never was one
        foreach (var acceptor in new[] { one, servers.Connect()[0] })
        {
            var reply = await Until(acceptor, Read, r => r.Error == "LOADING" || r.Answer != Answer.None);
            Assert.True(reply is { Answer: Answer.None, Error: "LOADING" }, reply.ToString());
        }
        Assert.Equal("+OK", await servers[0].Say("CONFIG SET key-load-delay 0"));
        Assert.Equal(Answer.Restarted, (await Until(one, Read, r => r.Answer == Answer.Restarted)).Answer);
    }

    [Theory]
    [InlineData("p")]
    [InlineData("a")]
    public async Task BADVALUE_is_named_when_somebody_deletes_a_field_and_deleting_the_keys_is_the_cure(string field)
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect()[0];
        await Voting(one);
        Assert.Equal(":1", await servers[0].Say($"HDEL vip:chengdu:reg {field}"));
        foreach (var request in new[] { Read, Prepare, new Request.Accept(Ballot.Of(9, 9, 9), Ballot.Of(9, 10, 9), "v", "i1"), new Request.Probe("", Ballot.None, ""),
            new Request.Seed("i2", Ballot.Of(9, 9, 9), "v"), new Request.Retire("i1", Ballot.Of(9, 9, 9)), new Request.Adopt("i1", Ballot.Of(1, 1, 1)) })
        {
            var reply = await one.Ask(request, default);
            Assert.Equal((Answer.None, "BADVALUE"), (reply.Answer, reply.Error));
            Assert.Equal("BADVALUE a field is missing or no ballot: somebody writes into Redis; delete the keys vip:chengdu:reg and vip:chengdu:probe there, and it is taken back", reply.Detail);
        }
        Assert.StartsWith(":", await servers[0].Say("DEL vip:chengdu:reg vip:chengdu:probe"), StringComparison.Ordinal);
        await Voting(one);
        Assert.Equal(Answer.Ok, (await one.Ask(Prepare, default)).Answer);
    }

    [Fact]
    public async Task WRONGTYPE_is_named_when_the_key_is_no_register()
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect()[0];
        await RedisStatementTests.Answered(one, Read);
        Assert.Equal("+OK", await servers[0].Say("SET vip:chengdu:reg x"));
        Assert.Equal((Answer.None, "WRONGTYPE"), ((await one.Ask(Read, default)) is var reply ? reply.Answer : default, reply.Error));
    }

    [Theory]
    [InlineData("allkeys-lru", "100mb", "EVICTION")]
    [InlineData("allkeys-random", "100mb", "EVICTION")]
    [InlineData("volatile-ttl", "100mb", "")]
    [InlineData("noeviction", "100mb", "")]
    public async Task EVICTION_is_named_when_the_register_may_be_thrown_away(string policy, string most, string name)
    {
        await using var servers = await RedisServers.Start(1, false, "--maxmemory-policy", policy, "--maxmemory", most);
        var one = servers.Connect()[0];
        var reply = await Until(one, Read, r => r.Error == name);
        Assert.Equal((name.Length > 0 ? Answer.None : Answer.Virgin, name), (reply.Answer, reply.Error));
        if (name.Length == 0) return;
        Assert.Contains($"maxmemory-policy {policy}", reply.Detail!, StringComparison.Ordinal);
        Assert.Equal("+OK", await servers[0].Say("CONFIG SET maxmemory-policy noeviction"));
        Assert.Equal(Answer.Virgin, (await Until(one, Read, r => r.Answer == Answer.Virgin)).Answer);
    }

    /// <summary>Asks as a server before Redis 7 is asked.</summary>
    private static RedisAcceptor Plain(RedisServers servers) =>
        new(servers.Addresses[0], RedisServers.Cluster, new RedisAccess(null, null, false, TimeSpan.FromSeconds(1)), TimeProvider.System, old: true);

    private static async Task Voting(IAcceptor one)
    {
        await RedisStatementTests.Answered(one, Read);
        var ticket = (await one.Ask(new Request.Probe("", Ballot.None, ""), default)).Ticket;
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Probe("i1", Ballot.Of(1, 1, 1), ticket), default)).Answer);
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Seed("i1", Ballot.Of(1, 1, 1), "v"), default)).Answer);
    }

    private static async Task<Reply> Until(IAcceptor one, Request request, Func<Reply, bool> wanted)
    {
        var reply = await one.Ask(request, default);
        for (var tries = 0; tries < 500 && !wanted(reply); tries++)
        {
            await Task.Delay(10);
            reply = await one.Ask(request, default);
        }
        return reply;
    }
}
