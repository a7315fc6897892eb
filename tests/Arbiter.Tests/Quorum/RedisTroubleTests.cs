using System.Diagnostics;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>A server in trouble is a server without an answer, with the trouble's name.</summary>
[Trait("tier", "integration")]
public sealed class RedisTroubleTests
{
    private static readonly Request Read = new Request.Read(Ballot.None);
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(400);
    /// <summary>What a busy machine may add to a deadline, before whoever waited for it goes on.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_killed_server_is_unreachable_at_once_and_usable_soon_after_it_is_back()
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect(Deadline)[0];
        await RedisStatementTests.Answered(one, Read);

        await servers[0].Kill();
        var watch = Stopwatch.StartNew();
        var reply = await one.Ask(Read, default);
        Assert.Equal(Answer.None, reply.Answer);
        Assert.True(watch.Elapsed < Deadline + Busy, $"{watch.ElapsedMilliseconds} ms");

        await servers[0].Start();
        watch.Restart();
        await RedisStatementTests.Answered(one, Read);
        TestContext.Current.SendDiagnosticMessage($"usable {watch.ElapsedMilliseconds} ms after the restart");
    }

    [Fact]
    public async Task A_server_that_never_was_there_is_unreachable_within_the_deadline()
    {
        await using var servers = await RedisServers.Start(1);
        await servers[0].Kill();
        var one = servers.Connect(Deadline)[0];
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(Answer.None, (await one.Ask(Read, default)).Answer);
            Assert.True(watch.Elapsed < Deadline + Busy, $"{watch.ElapsedMilliseconds} ms");
        }
    }

    [Fact]
    public async Task A_replica_is_refused()
    {
        await using var servers = await RedisServers.Start(2);
        Assert.Equal("+OK", await servers[1].Say($"REPLICAOF {servers[0].Address.Replace(':', ' ')}"));
        var replica = servers.Connect()[1];
        Assert.Equal("replica", (await Until(replica, r => r.Error == "replica")).Error);

        Assert.Equal("+OK", await servers[1].Say("REPLICAOF NO ONE"));
        await RedisStatementTests.Answered(replica, Read);
        // it turns into a replica under an open connection: writing is refused by the server itself
        Assert.Equal("+OK", await servers[1].Say($"REPLICAOF {servers[0].Address.Replace(':', ' ')}"));
        var ticket = await Until(replica, r => r.Answer == Answer.None, new Request.Probe("", Ballot.None, ""));
        Assert.True(ticket.Error is "READONLY" or "MASTERDOWN" or "replica" or "LOADING" or "unreachable", ticket.Error);
    }

    [Fact]
    public async Task A_full_server_still_takes_the_register()
    {
        await using var servers = await RedisServers.Start(1, false, "--maxmemory", "1mb", "--maxmemory-policy", "noeviction");
        var one = servers.Connect()[0];
        await RedisStatementTests.Answered(one, Read);
        Assert.StartsWith("-OOM", await servers[0].Say("SET a b"), StringComparison.Ordinal);
        var ticket = await one.Ask(new Request.Probe("", Ballot.None, ""), default);
        Assert.Equal(Answer.Ok, ticket.Answer);
    }

    [Fact]
    public async Task A_server_that_may_evict_the_register_says_so()
    {
        await using var servers = await RedisServers.Start(1, false, "--maxmemory-policy", "allkeys-lru");
        var reply = await RedisStatementTests.Answered(servers.Connect()[0], Read);
        Assert.Contains("allkeys-lru", reply.Detail!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_stuck_in_a_script_is_BUSY_and_votes_again_when_it_ends()
    {
        await using var servers = await RedisServers.Start(1, false, "--busy-reply-threshold", "50");
        var one = servers.Connect()[0];
        await RedisStatementTests.Answered(one, Read);
        var stuck = servers[0].Say("EVAL \"while true do end\" 0");
        Assert.Equal("BUSY", (await Until(one, r => r.Error == "BUSY")).Error);
        Assert.Equal("+OK", await servers[0].Say("SCRIPT KILL"));
        await stuck;
        await RedisStatementTests.Answered(one, Read);
    }

    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'. script: 6f, on @user_script:3.", "OOM")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "MISCONF")]
    [InlineData("READONLY You can't write against a read only replica. script: 6f, on @user_script:3.", "READONLY")]
    [InlineData("LOADING Redis is loading the dataset in memory", "LOADING")]
    [InlineData("NOPERM this user has no permissions to run the 'evalsha' command", "NOPERM")]
    [InlineData("ERR something else", "error")]
    public void What_a_server_says_is_named_by_its_own_word(string said, string name)
    {
        var reply = RedisErrors.Said(said);
        Assert.Equal((Answer.None, name), (reply.Answer, reply.Error));
        Assert.StartsWith(said[..10], reply.Detail!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_or_missing_password_is_named()
    {
        await using var servers = await RedisServers.Start(1, false, "--requirepass", "right");
        Assert.Equal("NOAUTH", await Named("NOAUTH", () => servers.Connect()[0]));
        Assert.Equal("WRONGPASS", await Named("WRONGPASS", () => servers.Connect(password: "wrong")[0]));
        await RedisStatementTests.Answered(servers.Connect(password: "right")[0], Read);
    }

    [Fact]
    public async Task The_documented_rights_suffice_and_fewer_are_named()
    {
        await using var servers = await RedisServers.Start(1);
        // the register needs no right of the history
        const string Rights = RedisRights.Register;
        Assert.Equal("+OK", await servers[0].Say($"ACL SETUSER arbiter on >secret ~vip:chengdu:* {Rights}"));
        Assert.Equal("+OK", await servers[0].Say("ACL SETUSER other on >secret ~vip:elsewhere:* " + Rights));
        var one = servers.Connect(user: "arbiter", password: "secret")[0];
        await RedisStatementTests.Answered(one, Read);
        var ticket = (await one.Ask(new Request.Probe("", Ballot.None, ""), default)).Ticket;
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Probe("i1", Ballot.Of(1, 1, 1), ticket), default)).Answer);
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Seed("i1", Ballot.Of(1, 1, 1), "v"), default)).Answer);

        Assert.Equal("NOPERM", (await Until(servers.Connect(user: "other", password: "secret")[0], r => r.Error == "NOPERM")).Error);
    }

    [Fact]
    public async Task A_stopped_server_costs_the_deadline_and_no_more()
    {
        await using var servers = await RedisServers.Start(1);
        var one = servers.Connect(Deadline)[0];
        await RedisStatementTests.Answered(one, Read);
        await servers[0].Freeze();
        var watch = Stopwatch.StartNew();
        Assert.Equal("timeout", (await one.Ask(Read, default)).Error);
        Assert.InRange(watch.Elapsed, Deadline - TimeSpan.FromMilliseconds(20), Deadline + Busy);
        await servers[0].Thaw();
        await RedisStatementTests.Answered(one, Read);
    }

    /// <summary>The client library now and then swallows what the server said while it connected; a connection made anew hears it.</summary>
    private static async Task<string?> Named(string error, Func<IAcceptor> connect)
    {
        for (var connections = 0; connections < 4; connections++)
            if ((await Until(connect(), r => r.Error == error)).Error == error) return error;
        return null;
    }

    private static async Task<Reply> Until(IAcceptor acceptor, Func<Reply, bool> wanted, Request? request = null)
    {
        var reply = await acceptor.Ask(request ?? Read, default);
        for (var tries = 0; tries < 100 && !wanted(reply); tries++)
        {
            await Task.Delay(50);
            reply = await acceptor.Ask(request ?? Read, default);
        }
        return reply;
    }
}
