using System.Collections.Immutable;
using System.Diagnostics;
using Lab;
using Lab.Measuring;
using Lab.Native;
using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>Plays a story with real keepalived on a segment.</summary>
internal sealed class RealStage(Segment segment) : IStage
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(1);
    /// <summary>A timer of the runtime may be this late; the rest is waited for exactly.</summary>
    private static readonly TimeSpan Exactly = TimeSpan.FromMilliseconds(4);

    private readonly long _began = Clock.Now;
    private ImmutableArray<NodeSetup> _setup = [];

    public TimeSpan Now => At(Clock.Now);

    public IReadOnlyList<Sighting> Sightings =>
        [.. segment.Changes.Where(c => c.At >= _began).Select(c => new Sighting(At(c.At), $"lb{c.Balancer}", c.Gained))];

    public async ValueTask Begin(ImmutableArray<NodeSetup> setup, TimeSpan advert)
    {
        _setup = setup;
        await segment.Clear();
        foreach (var node in setup)
        {
            var host = segment.Node(node.Node).Host;
            File.WriteAllText(host.Path(NodeConf.Conf), NodeConf.Render(node, advert));
            if (!node.Overwrite) NodeConf.Put(host, NodeConf.Priority, node.Raise);
            segment.Said(node.Node).Forget();
        }
        foreach (var node in setup) await segment.Start(node.Node);
        var clock = Stopwatch.StartNew();
        while (setup.Any(n => segment.Said(n.Node).State is null))
        {
            if (clock.Elapsed > StartPatience) throw new LabError("keepalived did not start: " + string.Join('\n', setup.Select(n => segment.Node(n.Node).Host.Read(NodeConf.Log))));
            await Task.Delay(Glance);
        }
    }

    public async ValueTask Act(StoryStep step)
    {
        switch (step)
        {
            case StoryStep.Fence(var node, var value): NodeConf.Put(segment.Node(node).Host, NodeConf.Fence, value); break;
            case StoryStep.Raise(var node, var value): NodeConf.Put(segment.Node(node).Host, NodeConf.Priority, value); break;
            case StoryStep.KillKeepalived(var node): await segment.Signal(node, "KILL", NodeConf.Pid, NodeConf.ChildPid); break;
            case StoryStep.KillVrrpChild(var node): await segment.Signal(node, "KILL", NodeConf.ChildPid); break;
            case StoryStep.StopKeepalived(var node): await segment.Signal(node, "TERM", NodeConf.Pid); break;
            case StoryStep.StartKeepalived(var node): await segment.Start(node); break;
            case StoryStep.Reload(var node): await segment.Signal(node, "HUP", NodeConf.Pid); break;
            case StoryStep.Freeze(var node, var frozen): await segment.Signal(node, frozen ? "STOP" : "CONT", NodeConf.Pid, NodeConf.ChildPid); break;
            case StoryStep.Cable(var node, var plugged): await segment.Plug(node, plugged); break;
            case StoryStep.Partition(var node, var other, var cut): await segment.Cut(node, other, cut); break;
            default: throw new ArgumentException($"{step} is nothing to do", nameof(step));
        }
    }

    public async ValueTask Wait(TimeSpan time)
    {
        var until = Clock.Now + (long)time.TotalNanoseconds;
        if (time > Exactly) await Task.Delay(time - Exactly);
        Sleep(until - Clock.Now);
    }

    public async ValueTask<bool> UntilMaster(string node, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (segment.Said(node).State != "MASTER" || !Holders().SetEquals([node]))
        {
            if (clock.Elapsed > patience) return false;
            await Task.Delay(Glance);
        }
        return true;
    }

    /// <summary>All that the nodes of the story wrote, for a story that went wrong.</summary>
    public string Logs() => string.Join('\n', _setup.Select(n => $"--- {n.Node}\n{segment.Node(n.Node).Host.Read(NodeConf.Log)}"));

    private HashSet<string> Holders()
    {
        HashSet<string> holders = [];
        foreach (var sighting in Sightings)
        {
            if (sighting.Present) holders.Add(sighting.Node);
            else holders.Remove(sighting.Node);
        }
        return holders;
    }

    private TimeSpan At(long clock) => TimeSpan.FromTicks((clock - _began) / 100);

    private static unsafe void Sleep(long nanoseconds)
    {
        if (nanoseconds <= 0) return;
        var time = new Sockets.TimeSpec { Seconds = nanoseconds / Clock.Second, Nanoseconds = nanoseconds % Clock.Second };
        _ = Sockets.Poll(null, 0, &time, null);
    }
}
