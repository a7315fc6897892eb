using System.Globalization;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using QuorumHost;

// quorumhost NAME CLUSTER SEED LEASE RENEW RPC GUARD USER PASSWORD ADDRESS...: sightings on the standard output, until the standard input ends.
if (args.Length < 10)
{
    await Console.Error.WriteLineAsync("usage: QuorumHost NAME CLUSTER SEED LEASE-MS RENEW-MS RPC-MS GUARD-MS USER PASSWORD ADDRESS...");
    return 2;
}
TimeSpan Ms(int i) => TimeSpan.FromMilliseconds(int.Parse(args[i], CultureInfo.InvariantCulture));
var settings = new LeaseSettings { Lease = Ms(3), Renew = Ms(4), RpcTimeout = Ms(5), Guard = Ms(6), ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(100) };
var access = new RedisAccess(args[7], args[8], false, settings.RpcTimeout);
RedisAcceptor[] acceptors = [.. args[9..].Select(a => new RedisAcceptor(a, ClusterName.Parse(args[1]), access, TimeProvider.System))];
var gate = new Lock();
using var killed = new CancellationTokenSource();
var replica = new Replica(args[0], acceptors, settings, int.Parse(args[2], CultureInfo.InvariantCulture), seen =>
{
    lock (gate) Console.Out.WriteLine(seen.ToLine());
});
var running = replica.Run(killed.Token);
while (await Console.In.ReadLineAsync() is not null) { }
await killed.CancelAsync();
await running;
foreach (var acceptor in acceptors) await acceptor.DisposeAsync();
return 0;
