using System.Text.RegularExpressions;

namespace House.Tests.Packaging;

/// <summary>The unit files as systemd itself judges them, in a root that holds what they name.</summary>
public sealed partial class UnitFileTests
{
    /// <summary>systemd's exposure scale: 0.0 nothing, 10.0 everything.</summary>
    private const double MostExposure = 3.0;

    public static TheoryData<string> Units => ["arbiter.service", "arbiter-agent.service", "arbiter-agent-helper.socket", "arbiter-agent-helper@.service"];

    public static TheoryData<string> Services => ["arbiter.service", "arbiter-agent.service", "arbiter-agent-helper@.service"];

    [Theory]
    [MemberData(nameof(Units))]
    public async Task Systemd_finds_nothing_wrong_with_the_unit(string unit)
    {
        using var root = new Root();
        var (code, text) = await root.Analyze("verify", "--man=no", "--recursive-errors=no", $"--root={root.Path}", unit);
        Assert.True(code == 0 && text.Length == 0, text);
    }

    [Fact]
    public async Task The_same_check_finds_a_unit_that_is_wrong()
    {
        using var root = new Root();
        root.Write("etc/systemd/system/wrong.service", "[Service]\nExecStart=/usr/bin/no-such-program\nWatchdogSeconds=15\n");
        var (code, text) = await root.Analyze("verify", "--man=no", "--recursive-errors=no", $"--root={root.Path}", "wrong.service");
        Assert.True(code != 0 || text.Contains("WatchdogSeconds", StringComparison.Ordinal), text);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task The_unit_exposes_little(string unit)
    {
        using var root = new Root();
        var (code, text) = await root.Analyze("security", "--offline=true", $"--threshold={MostExposure * 10:0}", "--no-pager", House.Absolute($"packaging/systemd/{unit}"));
        var exposure = Exposure().Match(text);
        Assert.True(exposure.Success, text);
        Assert.True(code == 0 && double.Parse(exposure.Groups[1].Value) <= MostExposure, text);
    }

    [Fact]
    public async Task An_open_unit_exposes_too_much()
    {
        using var root = new Root();
        var file = root.Write("open.service", "[Service]\nExecStart=/usr/bin/arbiter\n");
        var (code, _) = await root.Analyze("security", "--offline=true", $"--threshold={MostExposure * 10:0}", "--no-pager", file);
        Assert.NotEqual(0, code);
    }

    [Fact]
    public void The_agent_keeps_the_directory_keepalived_watches_and_releases_when_it_ends()
    {
        var unit = House.Read("packaging/systemd/arbiter-agent.service");
        var lines = unit.Split('\n').Where(l => !l.StartsWith('#')).ToList();
        Assert.DoesNotContain(lines, l => l.StartsWith("RuntimeDirectory", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("invisible", StringComparison.Ordinal));
        Assert.Contains("ExecStopPost=/usr/bin/arbiter-agent release --config /etc/arbiter/agent.yaml", lines);
        Assert.Contains("Type=notify", lines);
        Assert.Contains("WatchdogSec=15", lines);
        Assert.Contains(lines, l => l.StartsWith("RestrictAddressFamilies=", StringComparison.Ordinal) && l.Contains("AF_NETLINK", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tmpfiles_makes_both_steering_files_and_the_fifo_once_and_leaves_them_as_they_are()
    {
        using var root = new Root();
        root.Write("etc/passwd", "arbiter-agent:x:0:0::/:/bin/false\n");
        root.Write("etc/group", "arbiter-agent:x:0:\n");
        var conf = root.Write("etc/tmpfiles.d/arbiter-agent.conf", House.Read("packaging/tmpfiles.d/arbiter-agent.conf"));
        _ = conf;
        await Create(root);
        var run = Path.Combine(root.Path, "run/arbiter-agent");
        Assert.Equal("0", File.ReadAllText(Path.Combine(run, "web.fence")).Trim());
        Assert.Equal("0", File.ReadAllText(Path.Combine(run, "web.priority")).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(run, "keepalived.fifo")));
        Assert.True(File.GetUnixFileMode(run).HasFlag(UnixFileMode.OtherExecute));
        File.WriteAllText(Path.Combine(run, "web.priority"), "14");
        await Create(root);
        Assert.Equal("14", File.ReadAllText(Path.Combine(run, "web.priority")).Trim());
    }

    private static async Task Create(Root root)
    {
        var (code, text) = await Tool.Run("systemd-tmpfiles", $"--root={root.Path}", "--create", "--prefix=/run/arbiter-agent");
        Assert.True(code == 0, text);
    }

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();

    /// <summary>A root folder with the units and empty programs under the names the units start.</summary>
    private sealed class Root : IDisposable
    {
        public Root()
        {
            Path = Directory.CreateTempSubdirectory("arbiter-units-").FullName;
            foreach (var unit in Units) Write($"etc/systemd/system/{unit.Data}", House.Read($"packaging/systemd/{unit.Data}"));
            foreach (var program in new[] { "arbiter", "arbiter-agent" })
                File.SetUnixFileMode(Write($"usr/bin/{program}", "#!/bin/sh\n"), (UnixFileMode)0b111_101_101);
            // units every system has, so that only ours is judged
            foreach (var target in new[] { "sysinit.target", "basic.target", "shutdown.target", "multi-user.target", "network-online.target", "network.target", "sockets.target", "timers.target", "paths.target", "slices.target", "local-fs.target", "umount.target", "-.slice", "system.slice" })
                Write($"usr/lib/systemd/system/{target}", "[Unit]\nDescription=stand-in\nDefaultDependencies=no\n");
            Write("usr/lib/systemd/system/systemd-tmpfiles-setup.service", "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/usr/bin/arbiter\n");
        }

        public string Path { get; }

        public string Write(string name, string text)
        {
            var file = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return file;
        }

        public Task<(int Code, string Text)> Analyze(params string[] arguments) => Tool.Run("systemd-analyze", arguments);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
