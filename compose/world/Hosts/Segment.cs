using System.Collections.Immutable;
using World.Time;
using World.Vrrp;

namespace World.Hosts;

/// <summary>The wire between the hosts: everything that is multicast or broadcast arrives a moment later at whoever can hear it then.</summary>
internal sealed class Segment(Timeline time, ImmutableArray<SimulatedHost> hosts)
{
    private readonly HashSet<(SimulatedHost, SimulatedHost)> _split = [];

    /// <returns>false: it was so already.</returns>
    public bool Split(SimulatedHost one, SimulatedHost other, bool split)
    {
        if (one == other) throw new ArgumentException("a node always hears itself");
        _ = split ? _split.Add((other, one)) : _split.Remove((other, one));
        return split ? _split.Add((one, other)) : _split.Remove((one, other));
    }

    public void Multicast(SimulatedHost from, Advert advert)
    {
        if (!from.Answers) return;
        time.After(Delays.Segment, () =>
        {
            foreach (var host in hosts)
                if (host != from && host.Answers && !_split.Contains((from, host))) host.Heard(advert);
        });
    }

    public void Announce(SimulatedHost from, Action<SimulatedHost> heard, Action outside)
    {
        if (!from.Answers) return;
        time.After(Delays.Segment, () =>
        {
            foreach (var host in hosts)
                if (host != from && host.Answers) heard(host);
            outside();
        });
    }
}
