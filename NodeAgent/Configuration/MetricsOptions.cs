namespace NodeAgent.Configuration;

/// <summary>What is told to Prometheus, and where (docs/metrics.md).</summary>
public sealed record MetricsOptions
{
    /// <summary>Where <c>/metrics</c> is served, <c>address:port</c> or <c>*:port</c>; empty = nowhere.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:9650"];
    /// <summary>Also the names of gen2brain's keepalived_exporter.</summary>
    public bool Gen2Brain { get; init; }
    public HaproxyFamily Haproxy { get; init; }
    /// <summary>haproxy's stats socket.</summary>
    public string HaproxySocket { get; init; } = "/run/haproxy/admin.sock";
}

public enum HaproxyFamily
{
    Off,
    /// <summary>As haproxy's own endpoint names them.</summary>
    Builtin,
    /// <summary>As haproxy_exporter 0.x named them.</summary>
    Exporter,
}

/// <summary>Where the counters come from that only keepalived itself knows.</summary>
public sealed record KeepalivedOptions
{
    public DumpSource Dump { get; init; } = DumpSource.File;
    public string DumpFile { get; init; } = "/tmp/keepalived.json";
    public string HelperSocket { get; init; } = "/run/arbiter-agent-helper.sock";
}

public enum DumpSource
{
    /// <summary>Nowhere: those families are absent.</summary>
    Off,
    /// <summary>The JSON file, when it is there, readable and fresh.</summary>
    File,
    /// <summary>The root helper is asked before a scrape.</summary>
    Helper,
}
