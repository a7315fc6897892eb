using System.Diagnostics;
using System.Globalization;
using Arbiter.Quorum;
using QuorumHost;

namespace Arbiter.Tests.Quorum.BlackBox;

/// <summary>Three real servers, two replicas with the times of production and clients that never rest, a reader, and room for one fault.</summary>
internal sealed class BlackBox : IAsyncDisposable
{
    private const string User = "arbiter";
    private const string Password = "secret";

    private readonly RedisServers _servers;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _running = [];
    private readonly List<Process> _processes = [];

    private BlackBox(RedisServers servers) => _servers = servers;

    public RedisServers Servers => _servers;

    public Chronicle Chronicle { get; } = new();

    public static async Task<BlackBox> Start(bool persistent = false, bool processes = false, TimeSpan? clockOfFirst = null)
    {
        // the replicas have the documented rights; faults are an administrator's
        var servers = RedisServers.Make(3, persistent,
            ["--user", .. $"{User} on >{Password} ~vip:{RedisServers.Cluster}:* {RedisRights.All}".Split(' ').Select(r => $"'{r}'")]);
        if (clockOfFirst is { } ahead) await servers[0].SetClock(ahead);
        await servers.Start();
        var settings = RegisterWorld.Production;
        var box = new BlackBox(servers);
        var quick = settings with { Lease = TimeSpan.FromMilliseconds(1), Margin = TimeSpan.Zero };
        var seeded = await new QuorumSeeder(box.Connect(TimeSpan.FromSeconds(10)), RedisServers.Cluster, quick, QuorumServices.NewProposerId(), QuorumServices.NewIncarnation, TimeProvider.System).Seed(_ => { }, default);
        Assert.True(seeded.Seeded, seeded.Text);
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 2) })
            box._running.Add(processes ? box.Host(name, seed, settings) : new Replica(name, box.Connect(), settings, seed, box.Chronicle.Add).Run(box._end.Token));
        box._running.Add(Reader.Read(box.Connect(), box.Chronicle, box._end.Token));
        await box.Until(() => box.Chronicle.Of(Sight.Committed).Count() > 20, TimeSpan.FromSeconds(60), "twenty proposals committed");
        return box;
    }

    /// <summary>As production asks: values are signed and looked at.</summary>
    private IReadOnlyList<IAcceptor> Connect(TimeSpan? deadline = null)
    {
        var seal = ValueSealTests.Seal(cluster: RedisServers.Cluster.Value);
        return [.. _servers.Connect(deadline ?? RegisterWorld.Production.RpcTimeout, User, Password).Select(a => new SealedAcceptor(a, seal))];
    }

    private async Task Host(string name, int seed, LeaseSettings settings)
    {
        string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "QuorumHost.dll"), name, RedisServers.Cluster.Value, seed.ToString(CultureInfo.InvariantCulture),
            Ms(settings.Lease), Ms(settings.Renew), Ms(settings.RpcTimeout), Ms(settings.Guard), User, Password, ValueSealTests.Old, .. _servers.Addresses];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _processes.Add(process);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (Sighting.Parse(line) is { } seen) Chronicle.Add(seen);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP and SIGCONT of the process of a replica.</summary>
    public async Task Signal(string name, string signal)
    {
        var process = _processes[name == "a" ? 0 : 1];
        using var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>The name of the replica that was last seen speaking.</summary>
    public string Leader => Chronicle.Of(Sight.Speaks).Last().Replica;

    public bool AllVote => Chronicle.Of(Sight.Status).LastOrDefault(s => s.Text.StartsWith("Leading", StringComparison.Ordinal)) is { } status && status.Text == "Leading voting voting voting";

    /// <summary>How long it took until a proposal asked after this moment was committed.</summary>
    public async Task<TimeSpan> Recovered(long since, TimeSpan within)
    {
        await Until(() => Chronicle.Of(Sight.Committed).Any(s => s.Call > since), within + TimeSpan.FromSeconds(20), "a proposal committed after the fault");
        return TimeSpan.FromMicroseconds(Chronicle.Of(Sight.Committed).Where(s => s.Call > since).Min(s => s.Return) - since);
    }

    public async Task Until(Func<bool> holds, TimeSpan within, string what)
    {
        for (var watch = Stopwatch.StartNew(); !holds(); await Task.Delay(20))
            Assert.True(watch.Elapsed < within, $"not within {within.TotalSeconds:0} s: {what}; {Chronicle.Say(0)}; {string.Join(" | ", Chronicle.Of(Sight.Status).TakeLast(4).Select(s => $"{s.Replica} {s.Text}"))}");
    }

    /// <summary>Ends everything; what the replicas were still waiting for is unknown.</summary>
    public async Task Close()
    {
        await _end.CancelAsync();
        foreach (var process in _processes) process.StandardInput.Close();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }
        await _servers.DisposeAsync();
        _end.Dispose();
    }
}
