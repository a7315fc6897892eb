using Arbiter.Cli;
using Outcome = Arbiter.Cli.Outcome;
using Arbiter.Configuration;
using Arbiter.Quorum;
using Arbiter.Tests.Api;

namespace Arbiter.Tests.Cli;

public sealed class CommandsTests
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private Outcome _seed = new(Exit.Done, "Seeded generation 7 on 3 servers.");
    private ServeSettings? _served;

    [Fact]
    public async Task Version_is_printed_to_stdout()
    {
        Assert.Equal(Exit.Done, await Run("version"));
        Assert.StartsWith("arbiter 0.", _out.ToString());
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("frobnicate")]
    [InlineData("status", "--wat")]
    [InlineData("key", "--config", "good.yaml")]
    [InlineData("key", "LB1!", "--config", "good.yaml")]
    [InlineData("serve", "--config", "good.yaml", "--log-level", "loud")]
    public async Task A_wrong_command_line_is_exit_2_and_said_on_stderr(params string[] arguments)
    {
        Assert.Equal(Exit.Usage, await Run(arguments));
        Assert.Empty(_out.ToString());
        Assert.StartsWith("arbiter: ", _error.ToString());
    }

    [Fact]
    public async Task Check_prints_every_problem_and_fails()
    {
        Assert.Equal(Exit.Failed, await Run("check", "--config", "bad.yaml"));
        Assert.Contains("bad.yaml:3:1: one", _error.ToString());
        Assert.Contains("bad.yaml:9:1: two", _error.ToString());
        Assert.Contains("\nwarning: bad.yaml:5:1: odd\narbiter: 2 problems, 1 warning in bad.yaml; nothing was started\n", _error.ToString());
        Assert.Empty(_out.ToString());
    }

    [Fact]
    public async Task Check_of_a_good_file_says_what_it_would_serve()
    {
        Assert.Equal(Exit.Done, await Run("check", "--config", "good.yaml"));
        Assert.Contains("cluster chengdu, 1 group(s), 3 register server(s)", _out.ToString());
    }

    [Fact]
    public async Task A_warning_is_said_and_counted_as_one_and_stops_nothing()
    {
        Assert.Equal(Exit.Done, await Run("check", "--config", "doubtful.yaml"));
        Assert.EndsWith("; 1 warning\n", _out.ToString());
        Assert.Equal("warning: doubtful.yaml:5:1: odd\n", _error.ToString());
        Assert.Equal(Exit.Done, await Run("serve", "--config", "doubtful.yaml"));
        Assert.NotNull(_served);
    }

    [Fact]
    public async Task Serve_takes_its_log_settings_and_never_starts_on_a_bad_file()
    {
        Assert.Equal(Exit.Failed, await Run("serve", "--config", "bad.yaml"));
        Assert.Null(_served);
        Assert.Equal(Exit.Done, await Run("serve", "--config", "good.yaml", "--json-log", "--log-level", "Warning"));
        Assert.Equal(new ServeSettings(true, Serilog.Events.LogEventLevel.Warning), _served);
    }

    [Fact]
    public async Task Seed_passes_on_a_refusal_with_its_exit_code()
    {
        Assert.Equal(Exit.Done, await Run("quorum", "seed", "--config", "good.yaml"));
        Assert.Contains("Seeded generation 7", _out.ToString());
        _seed = new Outcome(Exit.Refused, "redis2:6379 holds a register already");
        Assert.Equal(Exit.Refused, await Run("quorum", "seed", "--config", "good.yaml"));
        Assert.Contains("redis2:6379 holds a register already", _error.ToString());
    }

    [Fact]
    public async Task Force_seed_does_nothing_without_the_long_word_and_passes_on_what_came_of_it()
    {
        Assert.Equal(Exit.Usage, await Run("quorum", "force-seed", "--config", "good.yaml"));
        Assert.Contains("--i-know-the-missing-servers-are-gone", _error.ToString());
        Assert.Empty(_out.ToString());
        Assert.Equal(Exit.Done, await Run("quorum", "force-seed", "--i-know-the-missing-servers-are-gone", "--config", "good.yaml"));
        Assert.Contains("generation 7", _out.ToString());
        _seed = new Outcome(Exit.Refused, "redis2:6379 is not gone");
        Assert.Equal(Exit.Refused, await Run("quorum", "force-seed", "--i-know-the-missing-servers-are-gone", "--config", "good.yaml"));
    }

    [Fact]
    public async Task Key_prints_only_the_key_to_stdout_and_warns_of_a_stranger()
    {
        Assert.Equal(Exit.Done, await Run("key", "lb1", "--config", "good.yaml"));
        Assert.Equal("key-of-lb1\n", _out.ToString());
        Assert.Empty(_error.ToString());
        Assert.Equal(Exit.Done, await Run("key", "lb7", "--config", "good.yaml"));
        Assert.Contains("no group of this configuration has a member lb7", _error.ToString());
    }

    [Fact]
    public async Task Status_and_quorum_ask_a_running_arbiter()
    {
        await using var host = await ApiHost.Start(Pictures.Failover(), Pictures.Register(servers: ["voting", "restarted", "voting"]));
        Assert.Equal(Exit.Done, await RunAt(host.Http.BaseAddress!.ToString(), "status"));
        Assert.Contains("WARNING  web: lb2 holds, nobody stands by", _out.ToString());
        Assert.Contains("lb1          FAULT", _out.ToString());
        Assert.DoesNotContain('\e', _out.ToString());
        Assert.Equal(Exit.Done, await RunAt(host.Http.BaseAddress!.ToString(), "quorum"));
        Assert.Contains("2 of 3 vote, 2 are needed", _out.ToString().Replace("2 needed", "2 are needed"));
        Assert.Equal(Exit.Done, await RunAt(host.Http.BaseAddress!.ToString(), "status", "--json"));
        Assert.Contains("\"version\":2", _out.ToString());
    }

    [Fact]
    public async Task An_arbiter_that_is_not_there_is_exit_4_and_another_server_exit_1()
    {
        Assert.Equal(Exit.Unreachable, await RunAt("http://127.0.0.1:1", "status"));
        Assert.Contains("Set ARBITER_URL", _error.ToString());
        await using var host = await ApiHost.Start(Pictures.Healthy());
        Assert.Equal(Exit.Failed, await RunAt(host.Http.BaseAddress + "elsewhere", "quorum"));
        Assert.Contains("answered 404", _error.ToString());
        Assert.Equal(Exit.Usage, await RunAt("ftp://x", "status"));
    }

    [Fact]
    public void Colour_codes_do_not_count_for_the_width_and_control_characters_do_not_pass()
    {
        var to = new Terminal(_out, _error, colour: true);
        Assert.Equal("\e[32mup  \e[0m", to.Paint("up", Tone.Good, 4));
        Assert.Equal("a?[31mb", Terminal.Clean("a\e[31mb"));
    }

    private Task<int> Run(params string[] arguments) => RunAt(null, arguments);

    private Task<int> RunAt(string? url, params string[] arguments)
    {
        var rooms = new Rooms
        {
            Load = file => file switch
            {
                "good.yaml" => new Loaded(Pictures.Options(), [], []),
                "doubtful.yaml" => new Loaded(Pictures.Options(), [], [$"{file}:5:1: odd"]),
                _ => new Loaded(null, [$"{file}:3:1: one", $"{file}:9:1: two"], [$"{file}:5:1: odd"]),
            },
            Serve = (_, settings, _) =>
            {
                _served = settings;
                return Task.CompletedTask;
            },
            Seed = (_, _) => Task.FromResult(_seed),
            ForceSeed = (_, _) => Task.FromResult(_seed),
            NodeKey = (_, node) => $"key-of-{node}",
        };
        return new Commands(rooms, new Terminal(_out, _error, colour: false), url).Run(arguments, TestContext.Current.CancellationToken);
    }
}
