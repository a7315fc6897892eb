using System.Globalization;
using NodeAgent.Configuration;
using NodeAgent.Probes;

namespace NodeAgent.Metrics;

/// <summary>
/// The haproxy names that the shipped rules use, in the family that was asked for. Not a whole exporter: where haproxy's own endpoint or an
/// exporter is scraped, this stays off. What haproxy leaves empty is absent.
/// </summary>
internal static class HaproxyFamilies
{
    private const HaproxyRowKind Frontend = HaproxyRowKind.Frontend, Backend = HaproxyRowKind.Backend, Server = HaproxyRowKind.Server;
    private const int MostText = 128;

    private readonly record struct Shown(HaproxyRow Row, (string, string)[] Labels);

    /// <param name="Scale">0.001: the CSV counts milliseconds.</param>
    private sealed record Field(HaproxyRowKind Kind, string Csv, string Builtin, string Exporter, bool Counter, string Help, double Scale = 1);

    private static readonly Field[] s_fields =
    [
        new(Frontend, "dcon", "haproxy_frontend_denied_connections_total", "", true, "Connections denied by tcp-request connection rules"),
        new(Frontend, "dreq", "haproxy_frontend_requests_denied_total", "haproxy_frontend_requests_denied_total", true, "Requests denied for security"),
        new(Frontend, "req_tot", "haproxy_frontend_http_requests_total", "haproxy_frontend_http_requests_total", true, "HTTP requests received"),
        new(Frontend, "scur", "haproxy_frontend_current_sessions", "haproxy_frontend_current_sessions", false, "Sessions now"),
        new(Backend, "econ", "haproxy_backend_connection_errors_total", "haproxy_backend_connection_errors_total", true, "Failed connections to servers"),
        new(Backend, "eresp", "haproxy_backend_response_errors_total", "haproxy_backend_response_errors_total", true, "Invalid responses"),
        new(Backend, "wretr", "haproxy_backend_retry_warnings_total", "haproxy_backend_retry_warnings_total", true, "Connection attempts repeated"),
        new(Backend, "wredis", "haproxy_backend_redispatch_warnings_total", "haproxy_backend_redispatch_warnings_total", true, "Requests sent to another server"),
        new(Backend, "qcur", "haproxy_backend_current_queue", "haproxy_backend_current_queue", false, "Requests waiting for a server"),
        new(Backend, "scur", "haproxy_backend_current_sessions", "haproxy_backend_current_sessions", false, "Sessions now"),
        new(Backend, "smax", "haproxy_backend_max_sessions", "haproxy_backend_max_sessions", false, "Most sessions at one time"),
        new(Backend, "slim", "haproxy_backend_limit_sessions", "haproxy_backend_limit_sessions", false, "Sessions allowed"),
        new(Backend, "act", "haproxy_backend_active_servers", "haproxy_backend_current_server", false, "Active servers that are up"),
        new(Backend, "bck", "haproxy_backend_backup_servers", "", false, "Backup servers that are up"),
        new(Backend, "ttime", "haproxy_backend_total_time_average_seconds", "haproxy_backend_http_total_time_average_seconds", false, "Total time of the last 1024 requests on average", 0.001),
        new(Backend, "ttime_max", "haproxy_backend_max_total_time_seconds", "", false, "Longest total time of a request", 0.001),
        new(Server, "scur", "haproxy_server_current_sessions", "haproxy_server_current_sessions", false, "Sessions now"),
        new(Server, "econ", "haproxy_server_connection_errors_total", "haproxy_server_connection_errors_total", true, "Failed connections"),
        new(Server, "eresp", "haproxy_server_response_errors_total", "haproxy_server_response_errors_total", true, "Invalid responses"),
        new(Server, "chkfail", "haproxy_server_check_failures_total", "haproxy_server_check_failures_total", true, "Failed health checks"),
    ];

    private static readonly string[] s_codes = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
    private static readonly string[] s_serverStates = ["DOWN", "UP", "MAINT", "DRAIN", "NOLB"];

    /// <param name="stats">null: nothing is known of now, not even whether haproxy answers.</param>
    public static void Write(MetricText text, HaproxyFamily family, HaproxyStats? stats, TimeSpan now)
    {
        if (family == HaproxyFamily.Off || stats is null) return;
        var exporter = family == HaproxyFamily.Exporter;
        text.Gauge("haproxy_up", "1: haproxy's stats socket answers", stats.Answers ? 1 : 0);
        if (!stats.Answers) return;
        text.Gauge("arbiter_agent_haproxy_stats_age_seconds", "Since haproxy's figures were read", Math.Max(0, (now - stats.ReadAt).TotalSeconds));
        var rows = stats.Rows.Where(r => r.Kind is Frontend or Backend or Server).ToLookup(r => r.Kind!.Value, r => new Shown(r, Labels(exporter, r)));
        Status(text, exporter, Backend, rows[Backend]);
        Status(text, exporter, Server, rows[Server]);
        foreach (var field in s_fields)
        {
            var name = exporter ? field.Exporter : field.Builtin;
            if (name.Length == 0) continue;
            foreach (var (row, labels) in rows[field.Kind])
                if (Number(row, field.Csv) is { } value)
                    text.Add(name, field.Counter ? MetricType.Counter : MetricType.Gauge, field.Help, value * field.Scale, labels);
        }
        foreach (var (kind, word) in new[] { (Frontend, "frontend"), (Backend, "backend"), (Server, "server") })
            foreach (var (row, labels) in rows[kind])
                foreach (var code in s_codes)
                    if (Number(row, $"hrsp_{code}") is { } value)
                        text.Counter($"haproxy_{word}_http_responses_total", "HTTP responses by class of code", value, [.. labels, ("code", code)]);
    }

    private static void Status(MetricText text, bool exporter, HaproxyRowKind kind, IEnumerable<Shown> rows)
    {
        var word = kind == Server ? "server" : "backend";
        foreach (var (row, labels) in rows)
        {
            if (row.Status is not { Length: > 0 } status) continue;
            if (exporter)
            {
                var up = status is "OPEN" or "no check" or "DRAIN" || status.StartsWith("UP", StringComparison.Ordinal);
                text.Gauge($"haproxy_{word}_up", "1: up", up ? 1 : 0, labels);
                continue;
            }
            // "UP 1/3" is still up and on its way down
            var now = status == "no check" ? "UP" : status.Split(' ')[0];
            foreach (var state in kind == Server ? s_serverStates : ["DOWN", "UP"])
                text.Gauge($"haproxy_{word}_status", "1: the state it is in", state == now ? 1 : 0, [.. labels, ("state", state)]);
        }
    }

    private static (string, string)[] Labels(bool exporter, HaproxyRow row)
    {
        var name = exporter ? row.Kind == Frontend ? "frontend" : "backend" : "proxy";
        return row.Kind == Server ? [(name, Cut(row.Proxy)), ("server", Cut(row.Name))] : [(name, Cut(row.Proxy))];
    }

    private static double? Number(HaproxyRow row, string column) =>
        double.TryParse(row[column], NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Cut(string text) => text.Length <= MostText ? text : text[..MostText];
}
