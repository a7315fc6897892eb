using NodeAgent.Core;
using World.Time;
using World.Vrrp;

namespace Simulation.Vrrp;

/// <summary>What a host of <see cref="Net"/> saw its keepalived do.</summary>
internal abstract record Seen(TimeSpan At, string Node)
{
    public sealed record Sent(TimeSpan At, string Node, int Priority) : Seen(At, Node);

    public sealed record Address(TimeSpan At, string Node, bool Present) : Seen(At, Node);

    public sealed record Announced(TimeSpan At, string Node) : Seen(At, Node);

    public sealed record Said(TimeSpan At, string Node, NotifyState State, int Priority) : Seen(At, Node)
    {
        public override string ToString() => $"{State} {Priority}";
    }
}

/// <summary>Hosts with keepalived on one segment, in virtual time, with everything they do written down.</summary>
internal sealed class Net(double advertMs, Random? chance = null)
{
    public const string Fence = "fence";
    public const string Priority = "priority";
    public static readonly TimeSpan Segment = TimeSpan.FromMilliseconds(0.1);

    private readonly Dictionary<string, Host> _hosts = [];
    private readonly HashSet<(string From, string To)> _deaf = [];

    public Timeline Time { get; } = new();
    public List<Seen> Log { get; } = [];
    public TimeSpan Advert { get; } = TimeSpan.FromMilliseconds(advertMs);
    public KeepalivedLatency Latency { get; set; } = new();

    /// <summary>Who announced the address last: where clients send to.</summary>
    public string? Reached { get; private set; }

    public IEnumerable<string> Names => _hosts.Keys;

    public Keepalived this[string node] => _hosts[node].Keepalived;

    /// <summary>A later node has a higher address. The priority file is overwritten at each start, as agents want it.</summary>
    public Net Add(string node, int priority, Func<VrrpInstanceOptions, VrrpInstanceOptions>? change = null, bool overwrite = true)
    {
        var options = new VrrpInstanceOptions
        {
            Name = "VI_1",
            Vrid = 51,
            Address = 162 + _hosts.Count,
            Version = advertMs >= 1000 ? 2 : 3,
            Advert = Advert,
            Base = priority,
            TrackFiles = [new TrackFileOptions(Priority, 1, 0, overwrite), new TrackFileOptions(Fence, 0)],
        };
        _hosts[node] = new Host(this, node, change is null ? options : change(options), chance);
        return this;
    }

    public Net Start()
    {
        foreach (var host in _hosts.Values) host.Keepalived.Start();
        return this;
    }

    /// <summary>One after the other, an advert apart: the first becomes the holder.</summary>
    public Net StartInTurn()
    {
        foreach (var host in _hosts.Values)
        {
            host.Keepalived.Start();
            RunAdverts(1);
        }
        return this;
    }

    public Net Run(double ms)
    {
        Time.RunUntil(Time.Now + TimeSpan.FromMilliseconds(ms));
        return this;
    }

    public Net RunAdverts(double count) => Run(count * Advert.TotalMilliseconds);

    public Net Write(string node, string file, string? text)
    {
        _hosts[node].Put(file, text);
        return this;
    }

    public Net SetFence(string node, int value) => Write(node, Fence, $"{value}\n");

    public Net Raise(string node, int value) => Write(node, Priority, $"{value}\n");

    public string? FileOf(string node, string file) => _hosts[node].ReadFile(file);

    public Net Cut(string one, string other, bool cut = true)
    {
        foreach (var pair in new[] { (one, other), (other, one) })
            if (cut) _deaf.Add(pair);
            else _deaf.Remove(pair);
        return this;
    }

    public bool Hear(string one, string other) => !_deaf.Contains((one, other));

    /// <summary>Until something that is written down fits; fails when nothing did for two minutes.</summary>
    public Seen Until(Func<Seen, bool> wanted)
    {
        var (seen, end) = (Log.Count, Time.Now + TimeSpan.FromMinutes(2));
        while (Time.Next is { } next && next <= end)
        {
            Time.Step();
            for (; seen < Log.Count; seen++)
                if (wanted(Log[seen])) return Log[seen];
        }
        Assert.Fail($"it did not happen within two minutes; at {Time.Now}: {string.Join(", ", Log.TakeLast(20))}");
        throw new InvalidOperationException();
    }

    /// <summary>Until the node is the holder, and for as many whole adverts more that everything has settled; then its last advert is this old.</summary>
    public Net Settle(string holder, double ageMs = 0)
    {
        if (!Holders().SequenceEqual([holder])) Until(_ => Holders().SequenceEqual([holder]));
        RunAdverts(5);
        Until(s => s is Seen.Sent { Priority: > 0 } && s.Node == holder);
        return Run(ageMs);
    }

    public IReadOnlyList<string> Holders() => [.. _hosts.Where(h => h.Value.HasAddress).Select(h => h.Key)];

    /// <summary>Milliseconds from a moment until the address first comes to a node; null: never within so many adverts.</summary>
    public double? ComesTo(string node, TimeSpan from, double adverts = 12)
    {
        RunAdverts(adverts);
        return Log.OfType<Seen.Address>().FirstOrDefault(a => a.At > from && a.Node == node && a.Present) is { } came ? (came.At - from).TotalMilliseconds : null;
    }

    public IEnumerable<T> Since<T>(TimeSpan from, string? node = null) where T : Seen => Log.OfType<T>().Where(s => s.At > from && (node is null || s.Node == node));

    /// <summary>The lines of a node's notify FIFO.</summary>
    public IReadOnlyList<string> Lines(string node, TimeSpan from = default) => [.. Log.OfType<Seen.Said>().Where(s => s.At >= from && s.Node == node).Select(s => s.ToString())];

    private sealed class Host : IVrrpHost
    {
        private readonly Net _net;
        private readonly string _name;
        private readonly Dictionary<string, string> _files = [];

        public Host(Net net, string name, VrrpInstanceOptions options, Random? chance)
        {
            (_net, _name) = (net, name);
            Keepalived = new Keepalived(new KeepalivedOptions { Instances = [options], Latency = net.Latency, Chance = chance }, net.Time, this);
        }

        public Keepalived Keepalived { get; }

        public bool HasAddress { get; private set; }

        public void Put(string file, string? text)
        {
            if (text is null) _files.Remove(file);
            else _files[file] = text;
            Keepalived.FileChanged(file);
        }

        public string? ReadFile(string path) => _files.GetValueOrDefault(path);

        public void WriteFile(string path, string text) => Put(path, text);

        public void Send(Advert advert)
        {
            _net.Log.Add(new Seen.Sent(_net.Time.Now, _name, advert.Priority));
            foreach (var (name, host) in _net._hosts)
                if (host != this && !_net._deaf.Contains((_name, name))) _net.Time.After(Segment, () => host.Keepalived.Heard(advert));
        }

        public void AddVips(string instance) => Has(true);

        public void RemoveVips(string instance) => Has(false);

        public void Announce(string instance)
        {
            _net.Log.Add(new Seen.Announced(_net.Time.Now, _name));
            _net.Reached = _name;
        }

        public void Notify(string instance, NotifyState state, int priority) => _net.Log.Add(new Seen.Said(_net.Time.Now, _name, state, priority));

        private void Has(bool present)
        {
            if (HasAddress == present) return;
            HasAddress = present;
            _net.Log.Add(new Seen.Address(_net.Time.Now, _name, present));
        }
    }
}
