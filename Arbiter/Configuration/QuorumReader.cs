using Contracts.Configuration;

namespace Arbiter.Configuration;

/// <summary>The <c>quorum:</c> section: which Redis servers vote, and the times of the leader's lease.</summary>
internal static class QuorumReader
{
    /// <summary>How long an agent obeys an order, from the nonce it echoes.</summary>
    public static readonly TimeSpan OrderValidity = TimeSpan.FromSeconds(12);

    /// <summary>How often a leader repeats its orders.</summary>
    public static readonly TimeSpan OrderRefresh = TimeSpan.FromSeconds(1);

    private const string Hint = "give 3 or 5 independent servers, such as [ \"redis1:6379\", \"redis2:6379\", \"redis3:6379\" ]";

    public static QuorumOptions? Read(Section root)
    {
        if (root.Required("quorum", "give { redis: [ ... ], password: ... }").Section() is not { } section) return null;
        var single = section.Optional("mode").OneOf(("majority", false), ("single", true)) ?? false;
        var servers = ReadServers(section.Required("redis", Hint), single);
        var userValue = section.Optional("user");
        var user = userValue.Text("the name of a Redis user", 128);
        var password = section.Optional("password").Secret();
        if (userValue.Present && !section.Has("password")) userValue.Wrong("has no password beside it: add 'password'");
        var tls = section.Optional("tls").Boolean() ?? false;
        var caValue = section.Optional("tlsCa");
        var ca = caValue.Text("a file", 4096);
        if (ca is not null && !tls) caValue.Wrong("is there, and 'tls' is off: say tls: true, or remove it");
        var unsignedValue = section.Optional("unsigned");
        var unsigned = unsignedValue.OneOf(("refuse", false), ("accept", true)) ?? false;
        if (unsigned) unsignedValue.Doubtful("is 'accept': whatever anybody wrote into Redis without a signature is believed; remove it when every arbiter is upgraded");
        var trustValue = section.Optional("restartTrust");
        var trust = trustValue.OneOf(("none", false), ("aof-always", true)) ?? false;
        if (trust) trustValue.Doubtful("is 'aof-always': should one of the servers not run with 'appendonly yes' and 'appendfsync always' on a disk that keeps its word, "
            + "a restart of a majority can undo what was recorded and make two leaders");
        var options = ReadTimes(section);
        if (servers is null) return null;
        return options with { Redis = servers, User = user, Password = password, Tls = tls, TlsCa = ca, AcceptUnsigned = unsigned, TrustAof = trust };
    }

    private static List<string>? ReadServers(Value value, bool single)
    {
        if (value.List(1, 5, "servers") is not { } items) return null;
        if (single && items.Count != 1)
            value.Wrong($"has {items.Count} servers with 'mode: single': give one, or remove the mode");
        else if (!single && items.Count == 1)
            value.Wrong("has 1 server: give 3 or 5, or say 'mode: single' and accept that its loss stops every recorded move");
        else if (!single && items.Count % 2 == 0)
            value.Wrong($"has {items.Count} servers: give 3 or 5, an even number only adds ways to fail");
        else if (single)
            value.Doubtful("'mode: single' is no quorum: without this one server nothing new is recorded, and nodes run on VRRP alone");
        var servers = new List<string>();
        foreach (var item in items)
        {
            if (item.Text("host:port", 300) is not { } text) continue;
            var server = text.ToLowerInvariant();
            if (!Addresses.TryHostPort(server, out _, out _))
                item.Wrong("is no host:port: write it such as redis1:6379");
            else if (servers.Contains(server))
                item.Wrong($"{Short(server)} stands here for the second time: each vote needs a server of its own");
            else
                servers.Add(server);
        }
        return servers.Count == items.Count ? servers : null;
    }

    private static QuorumOptions ReadTimes(Section section)
    {
        var defaults = new QuorumOptions { Redis = [] };
        var leaseValue = section.Optional("lease");
        var renewValue = section.Optional("renew");
        var rpcValue = section.Optional("rpcTimeout");
        var guardValue = section.Optional("guard");
        var rateValue = section.Optional("clockRate");
        var marginValue = section.Optional("margin");
        var options = defaults with
        {
            Lease = leaseValue.Duration(Ms(500), Ms(60_000)) ?? defaults.Lease,
            Renew = renewValue.Duration(Ms(50), Ms(30_000)) ?? defaults.Renew,
            RpcTimeout = rpcValue.Duration(Ms(10), Ms(10_000)) ?? defaults.RpcTimeout,
            Guard = guardValue.Duration(Ms(10), Ms(10_000)) ?? defaults.Guard,
            ClockRate = rateValue.Number(0, 0.1) ?? defaults.ClockRate,
            Margin = marginValue.Duration(Ms(0), Ms(10_000)) ?? defaults.Margin,
        };
        if (leaseValue.Faulty || renewValue.Faulty || rpcValue.Faulty || guardValue.Faulty || rateValue.Faulty || marginValue.Faulty) return options;
        var needed = options.Renew + 2 * options.RpcTimeout + options.Guard;
        if (needed >= options.Lease)
            leaseValue.Wrong($"renew + 2 x rpcTimeout + guard ({DurationText.Format(needed)}) must be below lease ({DurationText.Format(options.Lease)}): "
                + "a leader could not renew in time; lower renew or rpcTimeout, or raise lease");
        var silence = options.TakeoverWait + 3 * OrderRefresh;
        if (silence >= OrderValidity)
            leaseValue.Wrong($"the wait for a dead leader plus three order refreshes ({DurationText.Format(silence)}) must be below the validity of an order "
                + $"({DurationText.Format(OrderValidity)}): nodes would lose their orders at each change of leader; lower lease, clockRate or margin");
        return options;
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "...";

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
