using System.Diagnostics;
using System.Globalization;
using EndToEnd.Stage;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>What an agent costs a load balancer.</summary>
public sealed class FootprintStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    private static readonly TimeSpan Sampled = TimeSpan.FromSeconds(6);
    private const double TicksPerSecond = 100;

    [Fact]
    public async Task The_agent_is_small_and_starts_in_a_moment()
    {
        var holder = await Scene.Calm();
        var size = new FileInfo(Path.Combine(Scene.Lab.Paths.Programs, "agent", "arbiter-agent")).Length / 1e6;
        var pid = Assert.Single(HostProcesses.Find(Scene.Host(holder), ServiceTable.Agent.Process));
        var before = CpuSeconds(pid);
        await Task.Delay(Sampled);
        var perMinute = (CpuSeconds(pid) - before) * 60 / Sampled.TotalSeconds * 1000;
        var resident = ResidentMegabytes(pid);
        var start = await StartTime();
        Scene.Figures.Add("agent: size", string.Create(CultureInfo.InvariantCulture, $"{size:0.0} MB"));
        Scene.Figures.Add("agent: resident memory", string.Create(CultureInfo.InvariantCulture, $"{resident:0.0} MB"));
        Scene.Figures.Add("agent: CPU", string.Create(CultureInfo.InvariantCulture, $"{perMinute:0} ms a minute"));
        Scene.Figures.Milliseconds("agent: from exec to 'started'", start);
        Assert.True(size < 30, $"{size} MB");
        Assert.True(resident < 80, $"{resident} MB");
        Assert.True(perMinute < 3000, $"{perMinute} ms of CPU a minute");
        Assert.True(start < 1000, $"{start} ms");
    }

    private static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static double ResidentMegabytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>An agent of nobody, on a host where it may do nothing, from the program's start to its own word.</summary>
    private async Task<double> StartTime()
    {
        var host = Scene.Host("web1");
        var original = Scene.Host("lb1");
        foreach (var file in new[] { AgentYaml.Path, AgentYaml.KeyFile, AgentYaml.PasswordFile }) host.Write(file, original.Read(file)!);
        var start = new ProcessStartInfo("nsenter") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in host.Entered(["unshare", "--net", "--", Agent.Program, "run", "--config", AgentYaml.Path]).Skip(1)) start.ArgumentList.Add(word);
        var began = Clock.Now;
        using var process = Process.Start(start)!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.Contains("started: process", StringComparison.Ordinal)) return Clock.Milliseconds(Clock.Now - began);
            }
            throw new InvalidOperationException($"it ended: {await process.StandardError.ReadToEndAsync()}");
        }
        finally
        {
            HostProcesses.Signal(HostProcesses.Find(host, ServiceTable.Agent.Process), Lab.Native.Libc.SigKill);
        }
    }
}
