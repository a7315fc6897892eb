using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Arbiter.Api;
using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Quorum;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace Arbiter.Telemetry;

/// <summary>
/// <c>GET /metrics</c> in Prometheus' text form at <c>http.metrics</c>, an address of its own (docs/metrics.md). Every instrument of a meter
/// whose name begins with "arbiter" is shown; the rooms use <see cref="Meter"/> and nothing else.
/// </summary>
internal static partial class TelemetryRoom
{
    public const string Path = "/metrics";
    private const int MostBytes = 8 * 1024 * 1024;

    /// <summary>Marks a connection that came in at the metrics' own address.</summary>
    private sealed class AtMetrics;

    public static IServiceCollection AddTelemetry(this IServiceCollection services, ArbiterOptions options)
    {
        services.AddMetrics();
        services.AddSingleton<GroupWatch>();
        services.AddSingleton<IStepWitness>(s => s.GetRequiredService<GroupWatch>());
        services.AddSingleton(s => s.GetRequiredService<IMeterFactory>().Create("arbiter"));
        services.AddSingleton<DecisionCounters>();
        services.AddSingleton<IStepWitness>(s => s.GetRequiredService<DecisionCounters>());
        services.AddSingleton<GroupGauges>().AddSingleton<NodeGauges>().AddSingleton<ReplicaGauges>();
        if (options.HttpMetrics is null) return services;
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("arbiter*")
            .AddPrometheusExporter(o =>
            {
                // names and labels exactly as documented: nothing of the library's own
                o.ScopeInfoEnabled = false;
                o.TargetInfoEnabled = false;
                o.ScrapeResponseCacheDurationMilliseconds = 0;
                o.MaxScrapeResponseSizeBytes = MostBytes;
                o.ScrapeResponseTimeoutMilliseconds = 10_000;
            }));
        return services;
    }

    /// <summary>Opens the metrics' own address, unless it is the API's. One that cannot be had is an error in the log and nothing more: figures are no reason to have no arbiter.</summary>
    public static void Listen(KestrelServerOptions kestrel, ArbiterOptions options)
    {
        if (options.HttpMetrics is not { } listen || listen == options.HttpListen) return;
        var (address, port) = Listening.Parse(listen);
        if (Taken(new IPEndPoint(address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), port)) is { } why)
        {
            NoPlace(kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Arbiter.Telemetry"), listen, why);
            return;
        }
        if (address is null) kestrel.ListenAnyIP(port, Mark);
        else kestrel.Listen(address, port, Mark);

        static void Mark(ListenOptions endpoint) => endpoint.Use(next => connection =>
        {
            connection.Features.Set(new AtMetrics());
            return next(connection);
        });
    }

    // the server itself would not start without it, and cannot be told to
    private static string? Taken(IPEndPoint place)
    {
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (place.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            // as the server does: what is left of closed connections is no listener
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(place);
            socket.Listen(1);
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }

    [LoggerMessage(2601, LogLevel.Error, "No metrics at {Place} (http.metrics): {Reason}. The arbiter runs without them until it is started again; free the address or give another one")]
    private static partial void NoPlace(ILogger log, string place, string reason);

    /// <summary>First of all: at the metrics' address there is nothing but metrics, and elsewhere there are none.</summary>
    public static WebApplication UseTelemetry(this WebApplication app, ArbiterOptions options)
    {
        // instruments are made by whoever owns them; these three have no other reason to be made
        foreach (var owner in new[] { typeof(GroupGauges), typeof(NodeGauges), typeof(ReplicaGauges) }) app.Services.GetRequiredService(owner);
        if (options.HttpMetrics is not { } listen) return app;
        var shared = listen == options.HttpListen;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(http =>
            (shared || IsAtMetrics(http)) && http.Request.Path == Path && HttpMethods.IsGet(http.Request.Method));
        app.Use((HttpContext http, RequestDelegate next) => IsAtMetrics(http) ? Nothing(http) : next(http));
        return app;
    }

    private static bool IsAtMetrics(HttpContext http) => http.Features.Get<AtMetrics>() is not null;

    private static Task Nothing(HttpContext http)
    {
        http.Response.StatusCode = http.Request.Path == Path ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync($"Nothing is served here but GET {Path}.\n", http.RequestAborted);
    }
}
