using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Lab;
using Lab.Hosts;

namespace EndToEnd.Stage;

/// <summary>Every VRRP advertisement on the segment, as tcpdump on the client host sees it, with the kernel's time of its arrival.</summary>
internal sealed partial class AdvertTap : IAsyncDisposable
{
    private readonly Process _tcpdump;
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly List<(double At, string Balancer)> _masters = [];
    private string? _last;

    private AdvertTap(Process tcpdump, TaskCompletionSource started)
    {
        _tcpdump = tcpdump;
        _reading = Task.WhenAll(Read(), Wait(started));
    }

    /// <summary>The first advertisement of each reign: milliseconds of the wall clock, and who sent it.</summary>
    public IReadOnlyList<(double At, string Balancer)> Masters
    {
        get { lock (_gate) return [.. _masters]; }
    }

    public static async Task<AdvertTap> Start(Laboratory lab)
    {
        var command = lab.Host("client").OnNetwork(["tcpdump", "-tt", "-n", "-l", "--immediate-mode", "-i", "eth0", "ip proto 112"]);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        var started = new TaskCompletionSource();
        var tap = new AdvertTap(Process.Start(start)!, started);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return tap;
    }

    public async ValueTask DisposeAsync()
    {
        _tcpdump.Kill();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tcpdump.Dispose();
    }

    private async Task Wait(TaskCompletionSource started)
    {
        while (await _tcpdump.StandardError.ReadLineAsync() is { } line)
            if (line.Contains("listening on", StringComparison.Ordinal)) started.TrySetResult();
        started.TrySetException(new LabError("tcpdump ended at its start"));
    }

    private async Task Read()
    {
        while (await _tcpdump.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Advert().Match(line) is not { Success: true } advert) continue;
            var balancer = Topology.Balancers.FirstOrDefault(b => Topology.Address(b) == advert.Groups["from"].Value);
            var ends = advert.Groups["prio"].Value == "0";
            if (balancer is null || ends || balancer == _last)
            {
                // a MASTER that says goodbye may come back without another in between
                if (ends && balancer == _last) _last = null;
                continue;
            }
            _last = balancer;
            lock (_gate) _masters.Add((double.Parse(advert.Groups["at"].Value, CultureInfo.InvariantCulture) * 1000, balancer));
        }
    }

    [GeneratedRegex(@"^(?<at>\d+\.\d+) IP (?<from>[\d.]+) > .*prio (?<prio>\d+)")]
    private static partial Regex Advert();
}
