using System.Globalization;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;

namespace NodeAgent.Metrics;

/// <summary>
/// keepalived under the names of both known exporters. Roles come from the notify FIFO and the interface; what only keepalived counts comes
/// from its dump and is absent without one, never zero. Every family is absent when keepalived is dead: it has no role then.
/// </summary>
internal static class KeepalivedFamilies
{
    private sealed record Pair(string Key, string Mehdy, string Gen2Brain, string Help);

    private static readonly Pair[] s_counters =
    [
        new("advert_rcvd", "keepalived_advertisements_received_total", "keepalived_vrrp_advert_rcvd", "Advertisements received"),
        new("advert_sent", "keepalived_advertisements_sent_total", "keepalived_vrrp_advert_sent", "Advertisements sent"),
        new("packet_len_err", "keepalived_packet_length_errors_total", "keepalived_vrrp_packet_len_err", "Packet length errors"),
        new("advert_interval_err", "keepalived_advertisements_interval_errors_total", "keepalived_vrrp_advert_interval_err", "Advertisement interval errors"),
        new("ip_ttl_err", "keepalived_ip_ttl_errors_total", "keepalived_vrrp_ip_ttl_err", "TTL errors"),
        new("invalid_type_rcvd", "keepalived_invalid_type_received_total", "keepalived_vrrp_invalid_type_rcvd", "Invalid type errors"),
        new("addr_list_err", "keepalived_address_list_errors_total", "keepalived_vrrp_addr_list_err", "Address list errors"),
        new("invalid_authtype", "keepalived_authentication_invalid_total", "keepalived_vrrp_invalid_authtype", "Authentication invalid"),
        new("authtype_mismatch", "keepalived_authentication_mismatch_total", "keepalived_vrrp_authtype_mismatch", "Authentication mismatch"),
        new("auth_failure", "keepalived_authentication_failure_total", "keepalived_vrrp_auth_failure", "Authentication failure"),
        new("pri_zero_rcvd", "keepalived_priority_zero_received_total", "keepalived_vrrp_pri_zero_rcvd", "Priority zero received"),
        new("pri_zero_sent", "keepalived_priority_zero_sent_total", "keepalived_vrrp_pri_zero_sent", "Priority zero sent"),
        new("auth_ext_missing", "keepalived_authentication_hmac_missing_total", "", "Adverts without the HMAC they should have"),
        new("auth_ext_malformed", "keepalived_authentication_hmac_malformed_total", "", "Adverts with a malformed HMAC"),
        new("auth_ext_unknown_key", "keepalived_authentication_hmac_unknown_key_total", "", "Adverts signed with an unknown key"),
        new("auth_ext_invalid_hmac", "keepalived_authentication_hmac_invalid_total", "", "Adverts with a wrong HMAC"),
        new("auth_ext_stale", "keepalived_authentication_hmac_stale_total", "", "Adverts whose HMAC is too old"),
        new("auth_ext_replay", "keepalived_authentication_hmac_replay_total", "", "Adverts seen before"),
    ];

    private sealed record One(GroupState State, AgentCounters.OfGroup Count, VrrpDump? Dump)
    {
        public string Name => State.Options.Instance;
        public string Interface => State.Options.Interface;
        public string Vrid => (State.Options.Vrid ?? Dump?.Vrid)?.ToString(CultureInfo.InvariantCulture) ?? "";
    }

    public static void Write(MetricText text, MetricsOptions options, AgentCounters counters, AgentState state, DumpSeen seen)
    {
        text.Gauge("keepalived_up", "1: keepalived runs", state.Groups.Values.All(g => g.KeepalivedAlive) ? 1 : 0);
        text.Gauge("keepalived_exporter_build_info", "Always 1: what exports this", 1, ("version", $"arbiter-agent {AgentFamilies.Version}"));
        var ones = state.Groups.Values.Where(g => g.KeepalivedAlive)
            .Select(g => new One(g, counters.Of(g.Name), seen.Instances?.FirstOrDefault(d => d.Name == g.Options.Instance))).ToArray();
        States(text, ones);
        Mehdy(text, ones);
        if (options.Gen2Brain) Gen2Brain(text, ones);
    }

    private static void States(MetricText text, One[] ones)
    {
        foreach (var one in ones)
            if (Number(one.State.Role) is { } role)
                foreach (var vip in one.State.Options.Vips)
                    text.Gauge("keepalived_vrrp_state", "0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT", role,
                        ("iname", one.Name), ("intf", one.Interface), ("vrid", one.Vrid), ("ip_address", vip));
        foreach (var one in ones)
            foreach (var vip in one.Dump?.ExcludedVips ?? [])
                text.Gauge("keepalived_vrrp_excluded_state", "0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT; of the addresses that are not in the adverts", one.Dump!.State,
                    ("iname", one.Name), ("intf", one.Interface), ("vrid", one.Vrid), ("ip_address", vip));
    }

    private static void Mehdy(MetricText text, One[] ones)
    {
        void Each(string name, string help, Func<One, long?> value)
        {
            foreach (var one in ones)
                if (value(one) is { } number) text.Counter(name, help, number, ("iname", one.Name), ("intf", one.Interface), ("vrid", one.Vrid));
        }

        Each("keepalived_become_master_total", "Became MASTER, as the agent saw it since its own start", o => o.Count.Became);
        Each("keepalived_release_master_total", "Left MASTER, as the agent saw it since its own start", o => o.Count.Released);
        foreach (var pair in s_counters) Each(pair.Mehdy, pair.Help, o => Of(o, pair.Key));
        Each("keepalived_gratuitous_arp_delay_total", "garp_delay of the configuration in seconds, a counter by name only", o => o.Dump?.GarpDelay);
    }

    private static void Gen2Brain(MetricText text, One[] ones)
    {
        void Each(string name, string help, Func<One, long?> value)
        {
            foreach (var one in ones)
                if (value(one) is { } number)
                    text.Counter(name, help, number, ("name", one.Name), ("intf", one.Interface), ("vrid", one.Vrid), ("state", Word(one.State.Role)));
        }

        Each("keepalived_vrrp_become_master", "Became MASTER, as the agent saw it since its own start", o => o.Count.Became);
        Each("keepalived_vrrp_release_master", "Left MASTER, as the agent saw it since its own start", o => o.Count.Released);
        foreach (var pair in s_counters)
            if (pair.Gen2Brain.Length > 0) Each(pair.Gen2Brain, pair.Help, o => Of(o, pair.Key));
    }

    private static long? Of(One one, string key) => one.Dump is { } dump && dump.Stats.TryGetValue(key, out var value) ? value : null;

    private static int? Number(VrrpRole role) => role switch
    {
        VrrpRole.Backup => 1,
        VrrpRole.Master => 2,
        VrrpRole.Fault => 3,
        VrrpRole.Stop => 0,
        _ => null,
    };

    private static string Word(VrrpRole role) => role switch
    {
        VrrpRole.Backup => "BACKUP",
        VrrpRole.Master => "MASTER",
        VrrpRole.Fault => "FAULT",
        VrrpRole.Stop => "INIT",
        _ => "",
    };
}
