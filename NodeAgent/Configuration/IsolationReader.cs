using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>
/// The addresses by which a node judges whether it is cut off. One of them must be neither gateway nor peer, so that a dead gateway
/// never makes both nodes fence themselves.
/// </summary>
internal static class IsolationReader
{
    public static IReadOnlyList<string>? Read(Section section, IReadOnlyList<string>? groupProbes, ProbesRead? probes)
    {
        var value = section.Optional("isolation");
        var names = value.Present ? ProbeNames.Read(value, 0, probes) : null;
        if (probes is null || value.Present && names is null || !value.Present && groupProbes is null) return names;
        names ??= [.. groupProbes!.Where(n => probes.Good.Any(p => p.Name == n && CountsByDefault(p)))];
        var sources = names.Select(n => probes.Good.FirstOrDefault(p => p.Name == n)).ToArray();
        // a probe that could not be read is reported already
        if (sources.Any(s => s is null) || probes.Good.Count != probes.Names.Count) return names;
        foreach (var source in sources.OfType<ProbeOptions>())
            if (Unfit(source) is { } reason) value.Wrong($"'{source.Name}' {reason}");
        // an empty list is a decision, not an oversight
        if (!(value.Present && names.Count == 0)) WarnOfTooFew(value, sources.OfType<ProbeOptions>().ToArray());
        return names;
    }

    private static bool CountsByDefault(ProbeOptions probe) =>
        probe.Ping.Count > 0 && !probe.Ping.Any(Addresses.IsLoopback)
        || probe is { Class: ProbeClass.Soft, Host: { } host } && !Addresses.IsLoopback(host);

    private static string? Unfit(ProbeOptions probe)
    {
        if (probe.Host is null && probe.Ping.Count == 0) return $"is a {probe.Kind} probe: it reaches no address, so it tells nothing about the network";
        if (probe.Host is { } host ? Addresses.IsLoopback(host) : probe.Ping.Any(Addresses.IsLoopback))
            return "probes a loopback address: it answers on a node that is cut off, too";
        return null;
    }

    private static void WarnOfTooFew(Value value, ProbeOptions[] sources)
    {
        var addresses = sources.SelectMany(p => p.Host is { } host ? [host] : p.Ping).Distinct(StringComparer.Ordinal).Count();
        var backend = sources.Any(p => p.Host is not null);
        if (addresses >= 2 && backend) return;
        var lack = addresses < 2 ? $"{addresses} isolation {(addresses == 1 ? "address" : "addresses")}, at least two are needed"
            : "no backend (a soft http or tcp probe) among the isolation addresses";
        value.Doubtful($"{lack}: 'onIsolation: fence' acts as hold, this node never fences itself when it is cut off");
    }
}
