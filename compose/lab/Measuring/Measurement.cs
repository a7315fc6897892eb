using System.Globalization;
using Lab.Control;
using Lab.Faults;
using Lab.Hosts;

namespace Lab.Measuring;

/// <summary>
/// Runs a fault again and again under the eyes of a client: wait until armed, wait a random moment (so that faults do not keep step
/// with adverts), strike, watch, heal, and wait until armed again, with the client connecting all the time.
/// </summary>
internal sealed class Measurement(Laboratory lab, Action<string> say, Random random)
{
    private static readonly TimeSpan ArmedWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);
    private const int WarmRequests = 100;

    /// <summary>How long to watch at least after each fault; faults that break nothing at first need it. Default: 3 s and 3 adverts.</summary>
    public TimeSpan? Observe { get; init; }

    /// <summary>How long to wait for service to come back before the fault is healed anyway.</summary>
    public TimeSpan GiveUp { get; init; } = TimeSpan.FromSeconds(15);

    private TimeSpan Least => Observe ?? TimeSpan.FromSeconds(3) + 3 * lab.Options.Advert;

    /// <summary>Always leaves a healed lab behind.</summary>
    public async Task<MeasureReport> Run(FaultPlan plan, int count, CancellationToken stopping)
    {
        List<MeasuredRun> runs = [];
        using var armed = new Armed(lab);
        using var client = new HttpClientLoop(lab.Host("client"), Topology.Vip);
        using var watch = new VipWatch([.. lab.Balancers], Topology.Vip);
        try
        {
            await Rearm(armed, stopping);
            while (runs.Count < count)
            {
                var run = await Once(plan, armed, client, watch, stopping);
                runs.Add(run);
                say(string.Create(CultureInfo.InvariantCulture,
                    $"{runs.Count,3}/{count}  {plan.Text} on {run.Holder}: outage {run.Outage.Milliseconds} ms, {run.Outage.Failed} failed, moves {run.Moves}+{run.LaterMoves}, moved after {run.MovedToMs?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-"} ms, load {run.Load}"));
            }
        }
        catch (OperationCanceledException)
        {
            await lab.Heal();
            throw;
        }
        return MeasureReport.Of(plan.Text, Setup(), runs);
    }

    private async Task<MeasuredRun> Once(FaultPlan plan, Armed armed, HttpClientLoop client, VipWatch watch, CancellationToken stopping)
    {
        var holder = await armed.Wait(ArmedWithin, stopping);
        var number = (byte)(holder[^1] - '0');
        await Warm(client, stopping);
        await Task.Delay(TimeSpan.FromMilliseconds(500 + random.Next(1000)), stopping);
        var load = Load();
        var strike = await plan.Aim(lab);
        var begin = client.Ended.Length;
        GC.Collect();
        var struck = Clock.Now;
        await strike();
        await Watch(client, begin, struck, stopping);
        var healed = Clock.Now;
        await lab.Heal();
        await Rearm(armed, stopping);
        var end = Clock.Now;

        var requests = client.Ended[Math.Max(0, begin - WarmRequests)..].ToArray();
        var changes = watch.Changes;
        var outage = Outage.Of(requests, struck, healed);
        var during = Moves.Of(requests, changes, number, struck, healed);
        var now = LastServing(requests, number, healed);
        return new MeasuredRun(holder, outage,
            during.ServedElsewhereAt is { } at ? Clock.Milliseconds(at - struck) : null,
            during.Count,
            Moves.Of(requests, changes, now, healed, end).Count,
            Outage.Of(requests.Where(request => request.Start >= healed), healed, end).Failed,
            load);
    }

    /// <summary>Until the least time is over and service has been back for a second, or there is no hope.</summary>
    private async Task Watch(HttpClientLoop client, int begin, long struck, CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(PollEvery, stopping);
            var passed = TimeSpan.FromMicroseconds((Clock.Now - struck) / 1000.0);
            if (passed > Least + GiveUp) return;
            if (passed > Least && CalmSince(client.Ended[begin..]) is { } calm && Clock.Now - calm > Settled.Ticks * 100) return;
        }
    }

    /// <summary>Start of the last failed request, 0 when none failed; null while nothing good followed it.</summary>
    private static long? CalmSince(ReadOnlySpan<Request> requests)
    {
        long failed = 0, good = 0;
        foreach (var request in requests)
        {
            if (request.Good) good = Math.Max(good, request.Start);
            else failed = Math.Max(failed, request.Start);
        }
        return good > failed ? failed : null;
    }

    private async Task Rearm(Armed armed, CancellationToken stopping)
    {
        if (lab.Options.Mode == LabMode.Plain)
        {
            SteeringFiles.Unfence(lab);
            var holder = await armed.Wait(ArmedWithin, stopping);
            SteeringFiles.Arm(lab, holder);
        }
        await armed.Wait(ArmedWithin, stopping);
    }

    /// <summary>The first requests are spent on compiling this program.</summary>
    private static async Task Warm(HttpClientLoop client, CancellationToken stopping)
    {
        var from = client.Ended.Length;
        for (var turns = 0; client.Ended.Length < from + WarmRequests; turns++)
        {
            if (turns > 100) throw new LabError("the client host cannot make requests");
            await Task.Delay(PollEvery, stopping);
        }
        _ = CalmSince(client.Ended[from..]);
        _ = Outage.Of(client.Ended[from..].ToArray(), 0, Clock.Now);
        if (client.Ended[^1] is { Good: false } bad) throw new LabError($"the VIP does not serve ({bad.Ending}) although the lab looks armed");
    }

    private static byte LastServing(IEnumerable<Request> requests, byte holder, long before)
    {
        var last = requests.Where(request => request.Good && request.Balancer != 0 && request.Start < before).MaxBy(request => request.Start);
        return last.Balancer == 0 ? holder : last.Balancer;
    }

    private string Setup() => lab.Options.Mode switch
    {
        LabMode.Seed => "the classic configuration, advert_int 1 s",
        LabMode.Plain => $"keepalived without agents, advert_int {lab.Options.AdvertText}",
        _ when lab.Options.DownFile => "the classic configuration steered by a down file, advert_int 1 s",
        _ => $"agents and arbiters, advert_int {lab.Options.AdvertText}",
    };

    private static double Load() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
