using Contracts.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Arbiter.Hosting;

/// <summary>What the process owes its surroundings: log lines, systemd, liveness.</summary>
internal static class HostingRoom
{
    private const string Plain = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    public static IServiceCollection AddHosting(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => SystemdNotifier.FromEnvironment());
        services.AddSingleton<ILiveness, Liveness>();
        services.AddHostedService<SystemdService>();
        return services;
    }

    /// <param name="json">One compact JSON object a line (CLEF) instead of plain text.</param>
    public static WebApplicationBuilder AddLog(this WebApplicationBuilder builder, bool json, LogEventLevel level)
    {
        var log = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", level > LogEventLevel.Warning ? level : LogEventLevel.Warning)
            .Enrich.FromLogContext();
        log = json ? log.WriteTo.Console(new CompactJsonFormatter()) : log.WriteTo.Console(outputTemplate: Plain);
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(log.CreateLogger(), dispose: true);
        return builder;
    }
}
