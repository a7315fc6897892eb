using System.Diagnostics;
using System.Globalization;
using Arbiter.Tests.Quorum;
using Bench;
using StackExchange.Redis;

// Bench [--rounds N] [--operations N]: see docs/benchmarks.md. Servers of its own, on free ports of this machine; nothing is left behind.
if (args.Where((a, i) => !(i % 2 == 0 ? a is "--rounds" or "--operations" : int.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0)).Any() || args.Length % 2 > 0)
{
    await Console.Error.WriteLineAsync("usage: Bench [--rounds N] [--operations N], whole numbers above 0; 12 rounds of 400 operations without");
    return 2;
}
var (rounds, operations) = (Option("--rounds", 12), Option("--operations", 400));
const int Workers = 16;
Console.WriteLine(FormattableString.Invariant($"{rounds} rounds of {operations} operations each, in turns; {Environment.ProcessorCount} processors; {DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()):u}"));
foreach (var persistent in new[] { false, true })
{
    await using var servers = await RedisServers.Start(3, persistent);
    await using var ours = await Ours.Start(servers, RedisServers.Cluster);
    var connections = await Task.WhenAll(servers.Addresses.Select(a => ConnectionMultiplexer.ConnectAsync(a)));
    using var redlock = new RedLock(connections);
    IContender[] contenders = [ours.Commits, ours.Renewals, redlock, new DistributedLock(connections)];
    foreach (var workers in new[] { 1, Workers })
    {
        Console.WriteLine($"\n{(persistent ? "appendonly yes, appendfsync always" : "appendonly no")}, {(workers == 1 ? "one operation at a time" : $"{workers} at once")}");
        // everything is compiled, and the ring of events is full
        foreach (var contender in contenders) await Round(contender, workers, 300);
        var times = contenders.ToDictionary(c => c, _ => new Times());
        for (var round = 0; round < rounds; round++)
            foreach (var contender in contenders)
            {
                var (ms, seconds) = await Round(contender, workers, operations);
                times[contender].Add(ms, seconds);
            }
        Print(contenders, times);
    }
    foreach (var connection in connections) await connection.DisposeAsync();
}
return 0;

static async Task<(double[] Ms, double Seconds)> Round(IContender contender, int workers, int operations)
{
    var whole = Stopwatch.StartNew();
    var all = await Task.WhenAll(Enumerable.Range(0, workers).Select(async worker =>
    {
        var ms = new double[operations / workers];
        for (var i = 0; i < ms.Length; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await contender.Once(worker);
            ms[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        return ms;
    }));
    return ([.. all.SelectMany(m => m)], whole.Elapsed.TotalSeconds);
}

static void Print(IContender[] contenders, Dictionary<IContender, Times> times)
{
    var first = times[contenders[0]];
    Console.WriteLine($"  {"",-44} {"p50 ms",8} {"p99 ms",8} {"per s",8}   as times of our commit: p50, p99");
    foreach (var contender in contenders)
    {
        var t = times[contender];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {contender.Name,-44} {t.At(0.5),8:0.000} {t.At(0.99),8:0.000} {t.PerSecond,8:0}   {t.At(0.5) / first.At(0.5),6:0.00}x {t.At(0.99) / first.At(0.99),6:0.00}x"));
    }
}

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : otherwise;
}
