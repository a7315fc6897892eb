using System.Diagnostics;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

/// <summary>Real programs, good and bad ones.</summary>
public sealed class CommandProbeTests(ITestOutputHelper output) : IDisposable
{
    private readonly Box _box = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    private string Script(string body, string first = "#!/bin/sh")
    {
        var path = _box.At($"plugin{Directory.GetFiles(_box.Directory).Length}");
        File.WriteAllText(path, $"{first}\n{body}\n");
        Box.Sh($"chmod +x {path}");
        return path;
    }

    private CommandProbe Probe(IReadOnlyList<string> command, int timeoutMs = 5000, int intervalMs = 60_000, bool warningIsGood = true, CommandProbe.RunCommand? run = null)
    {
        var probe = new CommandProbe(Samples.Probe("check") with
        {
            Command = command, Deadline = TimeSpan.FromMilliseconds(timeoutMs), Interval = TimeSpan.FromMilliseconds(intervalMs), WarningIsGood = warningIsGood,
        }, _box.Clock, _box.Inbox, TimeProvider.System, run);
        _running.Add(probe.Run(_stopping.Token));
        return probe;
    }

    private async Task<Input.ProbeSampled> One(string script, int timeoutMs = 5000, bool warningIsGood = true)
    {
        Probe([Script(script)], timeoutMs, warningIsGood: warningIsGood);
        return await _box.Next<Input.ProbeSampled>(withinMs: 30_000);
    }

    [Theory]
    [InlineData("echo 'LOAD OK - 0.1 | load1=0.1;5;10'; exit 0", SampleResult.Good, "LOAD OK - 0.1")]
    [InlineData("exit 0", SampleResult.Good, "exit code 0")]
    [InlineData("echo 'DISK WARNING - 9 % free'; exit 1", SampleResult.Good, "warning: DISK WARNING - 9 % free")]
    [InlineData("echo 'CRITICAL - gone'; echo more; exit 2", SampleResult.Bad, "CRITICAL - gone")]
    [InlineData("exit 2", SampleResult.Bad, "critical (exit code 2)")]
    [InlineData("echo UNKNOWN; exit 3", SampleResult.Unknown, "UNKNOWN")]
    [InlineData("echo odd; exit 77", SampleResult.Unknown, "exit code 77, which is none of 0 to 3: odd")]
    [InlineData("no-such-program 2>/dev/null", SampleResult.Unknown, "exit code 127, which is none of 0 to 3")]
    [InlineData("echo bye; kill -9 $$", SampleResult.Unknown, "ended by signal 9: bye")]
    [InlineData("printf 'a\\033[31mb\\tc\\r\\n'", SampleResult.Good, "a [31mb c")]
    [InlineData("echo on stderr >&2", SampleResult.Good, "exit code 0")]
    public async Task The_exit_code_is_the_verdict_and_the_first_line_the_reason(string script, SampleResult result, string reason)
    {
        var sample = await One(script);
        Assert.Equal((result, reason), (sample.Result, sample.Reason));
    }

    [Fact]
    public async Task A_defect_in_the_run_is_unknown_and_leaves_the_agent_alive()
    {
        Probe(["/plugin"], run: (_, _, _) => throw new EntryPointNotFoundException("posix_spawn_file_actions_addchdir_np"));
        var sample = await _box.Next<Input.ProbeSampled>(withinMs: 30_000);
        Assert.Equal((SampleResult.Unknown, "posix_spawn_file_actions_addchdir_np"), (sample.Result, sample.Reason));
    }

    [Fact]
    public async Task A_warning_is_bad_where_it_is_configured_so() =>
        Assert.Equal("Bad: warning: w", await One("echo w; exit 1", warningIsGood: false) is var s ? $"{s.Result}: {s.Reason}" : "");

    [Fact]
    public async Task The_words_arrive_as_they_are_and_no_shell_sees_them()
    {
        Probe([Script("echo \"$#:$1:$2\""), "a b", "$HOME * | x"]);
        // the bar begins the performance data, so it ends the reason
        Assert.Equal("2:a b:$HOME *", (await _box.Next<Input.ProbeSampled>()).Reason);
    }

    [Fact]
    public async Task It_starts_bare_in_a_session_of_its_own_with_default_signals()
    {
        Environment.SetEnvironmentVariable("ARBITER_TEST_SECRET", "word");
        var sample = await One("""
            exec 2>&1
            set -- $(cat /proc/$$/stat)
            echo "$(env | cut -d= -f1 | sort | tr '\n' ' ')cwd=$PWD session=$([ "$6" = $$ ] && echo own) group=$([ "$5" = $$ ] && echo own) stdin=$(readlink /proc/$$/fd/0) ignored=$(sed -n 's/^SigIgn:\t//p' /proc/$$/status) blocked=$(sed -n 's/^SigBlk:\t//p' /proc/$$/status)"
            """);
        Assert.Equal("HOME LC_ALL PATH PWD cwd=/ session=own group=own stdin=/dev/null ignored=none blocked=0000000000000000",
            // 32 and 33 are the C library's own
            sample.Reason.Replace("ignored=0000000180000000", "ignored=none").Replace("ignored=0000000000000000", "ignored=none"));
    }

    [Fact]
    public async Task No_open_file_is_passed_on_not_even_one_that_was_passed_to_us()
    {
        var given = Libc.Open("/dev/null", Libc.ReadOnly);
        Probe(["/bin/ls", "-m", "/proc/self/fd"]);
        Assert.Equal("0, 1, 2, 3", (await _box.Next<Input.ProbeSampled>()).Reason);
        _ = Libc.Close(given);
    }

    [Fact]
    public async Task At_the_deadline_the_whole_group_goes_also_a_grandchild_that_ignores_term()
    {
        var pids = _box.At("pids");
        var sample = await One($"trap '' TERM; (trap '' TERM; echo $$ > {pids}; exec sleep 61) & echo begun; sleep 62", timeoutMs: 1500);
        Assert.Equal((SampleResult.Bad, "not done in 1500 ms, killed: begun"), (sample.Result, sample.Reason));
        Assert.InRange(sample.Took.TotalMilliseconds, 1495, 10_000);
        await Gone("sleep 61");
        await Gone("sleep 62");
        NoZombies();
    }

    [Fact]
    public async Task What_a_good_command_leaves_behind_is_killed_too_and_does_not_hold_up_the_answer()
    {
        var sample = await One("sleep 63 & echo fine", timeoutMs: 30_000);
        Assert.Equal((SampleResult.Good, "fine"), (sample.Result, sample.Reason));
        Assert.True(sample.Took < TimeSpan.FromSeconds(15), $"{sample.Took}");
        await Gone("sleep 63");
        NoZombies();
    }

    [Fact]
    public async Task One_that_writes_without_end_is_killed_after_a_megabyte()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sample = await One("while :; do yes arbiter-flood & done | cat; ", timeoutMs: 30_000);
        Assert.Equal((SampleResult.Unknown, "wrote more than 1 MB, killed: arbiter-flood"), (sample.Result, sample.Reason));
        Assert.True(sample.Took < TimeSpan.FromSeconds(15), $"{sample.Took}");
        output.WriteLine($"flood: {sample.Took.TotalMilliseconds:F0} ms, memory {(GC.GetTotalMemory(true) - before) / 1024} KB");
        await Gone("yes arbiter-flood");
        NoZombies();
    }

    [Fact]
    public async Task Long_output_that_ends_is_no_reason_to_kill()
    {
        var sample = await One("echo first; head -c 500000 /dev/zero | tr '\\0' x; exit 2");
        Assert.Equal((SampleResult.Bad, "first"), (sample.Result, sample.Reason));
    }

    [Fact]
    public async Task A_reason_is_cut_to_what_a_message_may_hold() =>
        Assert.Equal(new string('x', SampleSink.ReasonLimit), (await One("head -c 5000 /dev/zero | tr '\\0' x")).Reason);

    [Fact]
    public async Task What_cannot_be_started_is_unknown_and_says_why()
    {
        Probe([_box.At("nothing")]);
        Assert.EndsWith("is not there", (await Unknown()).Reason);
        var plain = _box.At("plain");
        File.WriteAllText(plain, "#!/bin/sh\n");
        Probe([plain]);
        Assert.Equal($"{plain} cannot be started: Permission denied", (await Unknown()).Reason);
        Probe([Script("x", first: "no program")]);
        Assert.Contains("a script needs a first line such as '#!/bin/sh'", (await Unknown()).Reason);
        Probe([Script("x", first: "#!/no/such/interpreter")]);
        Assert.Contains("the interpreter behind its '#!'", (await Unknown()).Reason);

        Task<Input.ProbeSampled> Unknown() => _box.Next<Input.ProbeSampled>(s => s.Result == SampleResult.Unknown);
    }

    [Fact]
    public async Task One_that_cannot_be_killed_is_given_up_and_none_is_started_beside_it()
    {
        var count = _box.At("count");
        var left = new List<ChildProcess>();
        var probe = Probe([Script($"echo x >> {count}; sleep 64")], timeoutMs: 100, intervalMs: 600, run: (words, deadline, stop) => CommandRun.Run(words, deadline, stop, left.Add));
        var first = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Bad, "not done in 100 ms, and it cannot be killed: it hangs inside the kernel"), (first.Result, first.Reason));
        for (var i = 0; i < 2; i++)
        {
            var next = await _box.Next<Input.ProbeSampled>();
            Assert.Equal(SampleResult.Unknown, next.Result);
            Assert.Matches("^the run of [0-9]+ s ago hangs inside the kernel and is not repeated \\(1 given up so far\\)$", next.Reason);
        }
        await Started(1);
        left[0].KillGroup();
        // once it has gone, the next is started, and given up like the first
        await _box.Next<Input.ProbeSampled>(s => s.Result == SampleResult.Bad);
        await Started(2);
        Assert.Equal(2, probe.Abandoned);
        left[^1].KillGroup();
        for (var i = 0; i < 300 && !left[^1].TryReap(out _, out _); i++) await Task.Delay(10);

        // the script counts itself, as soon as it comes to it
        async Task Started(int times)
        {
            for (var i = 0; i < 3000 && (!File.Exists(count) || File.ReadAllLines(count).Length < times); i++) await Task.Delay(10);
            Assert.Equal(times, File.ReadAllLines(count).Length);
        }
    }

    [Fact]
    public async Task Stopping_the_agent_kills_what_runs()
    {
        Probe([Script($"echo > {_box.At("began")}; sleep 65")], timeoutMs: 30_000);
        for (var i = 0; i < 500 && !File.Exists(_box.At("began")); i++) await Task.Delay(10);
        var clock = Stopwatch.StartNew();
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15));
        await Gone("sleep 65");
        Assert.DoesNotContain(_box.Taken(), i => i is Input.ProbeSampled);
    }

    [Fact]
    public async Task One_that_hangs_while_it_is_loaded_is_unknown_and_not_started_again_until_it_comes_back()
    {
        using var loaded = new ManualResetEventSlim();
        var runs = 0;
        Probe(["/nfs/plugin"], timeoutMs: 100, intervalMs: 500, run: (_, _, _) =>
        {
            if (Interlocked.Increment(ref runs) == 1) loaded.Wait();
            return new CommandOutcome(CommandEnd.Exited, 0, "", "back"u8.ToArray());
        });
        Assert.Equal("/nfs/plugin cannot be loaded: its file system hangs?", (await _box.Next<Input.ProbeSampled>()).Reason);
        var next = await _box.Next<Input.ProbeSampled>();
        Assert.Equal(SampleResult.Unknown, next.Result);
        Assert.Contains("is not repeated", next.Reason);
        Assert.Equal(1, runs);
        loaded.Set();
        Assert.Equal("back", (await _box.Next<Input.ProbeSampled>(s => s.Result == SampleResult.Good)).Reason);
    }

    /// <summary>SIGKILL is delivered, not awaited, for those that are not our children.</summary>
    private static async Task Gone(string commandLine)
    {
        for (var i = 0; i < 2000; i++)
        {
            var alive = Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Any(d =>
            {
                try
                {
                    return File.ReadAllText($"{d}/cmdline").Replace('\0', ' ').Trim() == commandLine;
                }
                catch (IOException)
                {
                    return false;
                }
            });
            if (!alive) return;
            await Task.Delay(10);
        }
        Assert.Fail($"'{commandLine}' still runs");
    }

    /// <summary>One that has just ended is reaped a moment later.</summary>
    internal static void NoZombies()
    {
        for (var clock = Stopwatch.StartNew(); Directory.GetDirectories("/proc").Any(IsZombie); Thread.Yield())
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), "a child is not reaped");
    }

    private static bool IsZombie(string directory)
    {
        if (!char.IsAsciiDigit(Path.GetFileName(directory)[0])) return false;
        try
        {
            var stat = File.ReadAllText($"{directory}/stat");
            var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return words[1] == $"{Environment.ProcessId}" && stat.Contains("(plugin", StringComparison.Ordinal) && words[0] == "Z";
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        Task.WaitAll([.. _running]);
        _stopping.Dispose();
        _box.Dispose();
    }
}
