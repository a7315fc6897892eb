using System.Globalization;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>
/// The model of an acceptor and a real Redis get the same random questions, restarts (kill -9, with and without the data) and losses of memory, and
/// must answer the same. Run ids and tickets differ by nature: they are compared by when they change. What the simulator finds about the model
/// is true of Redis only as far as this holds.
/// </summary>
[Trait("tier", "integration")]
public sealed class ModelAgainstRedisTests
{
    private const int Steps = 1500;

    private readonly AcceptorModel _model = new("m");
    private readonly Dictionary<string, string> _names = [];              // the model's run ids and tickets -> Redis's
    private readonly List<string> _story = [];
    private bool _spoiled;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public async Task The_model_answers_as_Redis_does(int seed, bool persistent)
    {
        await using var servers = await RedisServers.Start(1, persistent);
        _model.Aof = persistent;
        var redis = servers.Connect()[0];
        await RedisStatementTests.Answered(redis, new Request.Read(Ballot.None));
        var random = new Random(seed);
        var (ofModel, ofRedis) = ("", "");
        for (var step = 0; step < Steps; step++)
        {
            await Lose(servers[0], redis, random, persistent);
            var stale = random.Next(4) == 0;
            var question = Any(random, step);
            var expected = _model.Ask(question(stale ? "stale" : ofModel));
            var actual = await redis.Ask(question(stale ? "stale" : ofRedis), default);
            _story.Add($"{step}: {question(stale ? "stale" : ofModel)} -> {(expected.Error.Length > 0 ? expected.Error : expected.Answer)}");
            Same(expected.Ticket, actual.Ticket, "ticket", seed);
            Same(expected.RunId, actual.RunId, "run id", seed);
            if (expected.Ticket.Length > 0) (ofModel, ofRedis) = (expected.Ticket, actual.Ticket);
            static Reply Bare(Reply r) => r with { RunId = "", Ticket = "", Detail = null, Latency = null };
            Assert.True(Bare(expected) == Bare(actual), $"seed {seed}:\n{string.Join('\n', _story.TakeLast(30))}\nmodel {expected}\nredis {actual}");
        }
        // the sequence must have been worth it
        foreach (var answer in new[] { Answer.Ok, Answer.Nack, Answer.Inc, Answer.Virgin, Answer.Voting, Answer.Ticket, Answer.NoProbe })
            Assert.Contains(_story, s => s.EndsWith($"-> {answer}", StringComparison.Ordinal));
        Assert.Contains(_story, s => s.EndsWith("BADVALUE", StringComparison.Ordinal));
        Assert.Equal(persistent, _story.Any(s => s.StartsWith("restarted", StringComparison.Ordinal)));
    }

    private async Task Lose(RedisServers.Server server, IAcceptor redis, Random random, bool persistent)
    {
        // what nothing mends is mended soon, so that there is something to compare
        if (_spoiled && random.Next(8) == 0) await Delete(server);
        switch (random.Next(300))
        {
            case < 4:
                Assert.Equal("+OK", await server.Say("FLUSHALL"));
                _model.Flush();
                _story.Add("FLUSHALL");
                break;
            case 4:
                await Delete(server);
                break;
            case >= 7 and < 22:
                var field = "pav"[random.Next(3)];
                _spoiled |= await server.Say($"HDEL vip:chengdu:reg {field}") == ":1";
                _model.Forget(field);
                _story.Add($"the register's field {field} deleted");
                break;
            case 5 or 6:
                await server.Restart();
                await RedisStatementTests.Answered(redis, new Request.Read(Ballot.None));
                _model.Restart();
                if (!persistent) _model.Flush();
                _story.Add(persistent ? "restarted with its data" : "killed, back empty");
                break;
        }
    }

    private async Task Delete(RedisServers.Server server)
    {
        Assert.StartsWith(":", await server.Say("DEL vip:chengdu:reg"), StringComparison.Ordinal);
        _model.Forget();
        _spoiled = false;
        _story.Add("the register's key deleted");
    }

    private static Func<string, Request> Any(Random random, int step)
    {
        Ballot Ballots() => random.Next(40) == 0 ? Ballot.None : Ballot.Of(1, random.Next(1, 12) + step / 100 * 6, 9);
        string Inc() => $"i{random.Next(3)}";
        var kind = random.Next(10);
        var (a, b, inc, value) = (Ballots(), Ballots(), Inc(), $"v{step.ToString(CultureInfo.InvariantCulture)}");
        return ticket => kind switch
        {
            0 => new Request.Read(a),
            1 => new Request.Prepare(a),
            2 or 3 => new Request.Accept(a, b, value, inc),
            4 => new Request.Probe("", Ballot.None, ""),
            5 or 6 => new Request.Probe(inc, a, ticket),
            7 => new Request.Seed(inc, a, value),
            8 => new Request.Adopt(inc, a),
            _ => new Request.Retire(inc, a),
        };
    }

    /// <summary>New at the one exactly when new at the other.</summary>
    private void Same(string ofModel, string ofRedis, string what, int seed)
    {
        Assert.Equal(ofModel.Length > 0, ofRedis.Length > 0);
        if (ofModel.Length == 0) return;
        if (_names.TryGetValue(ofModel, out var known)) Assert.True(known == ofRedis, $"seed {seed}, {what}: the model has the same as before, Redis another\n{string.Join('\n', _story.TakeLast(10))}");
        else Assert.DoesNotContain(ofRedis, _names.Values);
        _names[ofModel] = ofRedis;
    }
}
