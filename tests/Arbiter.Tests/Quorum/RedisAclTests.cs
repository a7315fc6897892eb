using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>The rights of docs/quorum.md on a real server: all that the register does is allowed, and nothing else that the server knows.</summary>
[Trait("tier", "integration")]
public sealed class RedisAclTests
{
    /// <summary>What a command needs to be a command; the server refuses a wrong number of arguments before it looks at rights.</summary>
    private static readonly string[] Fillers = ["", " vip:chengdu:reg", " vip:chengdu:reg a", " vip:chengdu:reg a b", " vip:chengdu:reg 0 0 0 0", " 0", " get a", " vip:chengdu:reg b c d", " a b c d e f", " a b c d e f g h", " vip:chengdu:reg 0 a 0 b 0 c 0 d"];

    [Fact]
    public async Task Every_statement_of_the_register_runs_with_the_documented_rights()
    {
        await using var servers = await RedisServers.Start(1, persistent: true);
        await Grant(servers);
        var one = servers.Connect(user: "arbiter", password: "secret")[0];
        var b = Ballot.Of(1, 1, 1);
        Assert.Equal(Answer.Virgin, (await RedisStatementTests.Answered(one, new Request.Read(Ballot.None))).Answer);
        async Task<Answer> Said(Request request) => (await one.Ask(request, default)).Answer;
        var ticket = (await one.Ask(new Request.Probe("", Ballot.None, ""), default)).Ticket;
        Assert.Equal(Answer.Ok, await Said(new Request.Probe("i1", b, ticket)));
        Assert.Equal(Answer.Ok, await Said(new Request.Seed("i1", b, "v")));
        Assert.Equal(Answer.Ok, await Said(new Request.Prepare(Ballot.Of(1, 2, 1))));
        Assert.Equal(Answer.Ok, await Said(new Request.Accept(Ballot.Of(1, 2, 1), Ballot.Of(1, 3, 1), "w", "i1")));
        Assert.Equal(Answer.Ok, await Said(new Request.Retire("i1", Ballot.Of(1, 3, 1))));
        Assert.Equal(Answer.Ok, await Said(new Request.Probe("", Ballot.None, "")));
    }

    [Fact]
    public async Task Every_other_command_and_every_other_key_is_refused()
    {
        await using var servers = await RedisServers.Start(1);
        await Grant(servers);
        var granted = RedisRights.Register.Split(' ').Where(r => r[0] == '+').Select(r => r[1..]).ToHashSet();
        var commands = await servers[0].Tell("COMMAND LIST");
        Assert.True(commands.Count > 200, $"{commands.Count} commands");
        var allowed = new List<string>();
        // a command with sub-commands is tried by each of them
        foreach (var command in commands.Where(c => !granted.Contains(c) && !commands.Any(o => o.StartsWith(c + "|", StringComparison.Ordinal))))
            if (await Allowed(servers[0], command.Replace('|', ' '))) allowed.Add(command);
        // the two sub-commands that are granted are all that their commands may do; QUIT and RESET need no right (Redis 7)
        Assert.Empty(allowed.Except(["quit", "reset"]));

        foreach (var inside in new[] { "FLUSHALL", "SET a b", "CONFIG RESETSTAT", "REPLICAOF NO ONE", "SCRIPT FLUSH", "CLIENT KILL TYPE normal", "HGETALL vip:chengdu:reg" })
            Assert.StartsWith("-NOPERM", await As(servers[0], inside), StringComparison.Ordinal);
        Assert.StartsWith("-NOPERM", await As(servers[0], "HMGET vip:elsewhere:reg run"), StringComparison.Ordinal);
        Assert.StartsWith("-", await As(servers[0], "EVAL \"return redis.call('FLUSHALL')\" 0"), StringComparison.Ordinal);
        Assert.StartsWith("-", await As(servers[0], "EVAL \"return redis.call('HSET','vip:elsewhere:reg','a','b')\" 1 vip:chengdu:reg"), StringComparison.Ordinal);
    }

    private static async Task Grant(RedisServers servers) =>
        Assert.Equal("+OK", await servers[0].Say($"ACL SETUSER arbiter on >secret ~vip:chengdu:* {RedisRights.Register}"));

    private static async Task<string> As(RedisServers.Server server, string command) => (await server.Tell("AUTH arbiter secret", command))[0];

    private static async Task<string> Try(RedisServers.Server server, string command) => (await server.Tell("ACL DRYRUN arbiter " + command))[0];

    /// <summary>Allowed unless the server says that it is not, whatever else it says about the arguments.</summary>
    private static async Task<bool> Allowed(RedisServers.Server server, string command)
    {
        foreach (var filler in Fillers)
            if ((await Try(server, command + filler)).Contains("no permissions", StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }
}
