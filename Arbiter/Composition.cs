using Arbiter.Api;
using Arbiter.Configuration;
using Arbiter.Dashboard;
using Arbiter.Events;
using Arbiter.Groups;
using Arbiter.History;
using Arbiter.Hosting;
using Arbiter.Intake;
using Arbiter.Notifications;
using Arbiter.Orders;
using Arbiter.Quorum;
using Arbiter.Schedules;
using Arbiter.Telemetry;

namespace Arbiter;

/// <summary>
/// What the program is made of, in the order in which data flows. Each room adds itself. Whoever runs an arbiter without servers
/// registers before what stands for them: a TimeProvider, the link and the presence, an IPlaneTransport, StreamServers, an
/// AcceptorSet, an ILeaseClock; the rooms then use those.
/// </summary>
internal static class Composition
{
    /// <summary>Nothing is read but arbiter.yaml: no appsettings.json, and no file watcher over the working directory.</summary>
    public static WebApplicationBuilder NewBuilder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore();
        return builder;
    }

    public static IServiceCollection AddRooms(this IServiceCollection services, ArbiterOptions options) => services
        .AddSingleton(options)
        .AddHosting()
        .AddSteeringLink(options)
        .AddPresence(options)
        .AddPresenceWatch()
        .AddIntake(options)
        .AddEvents(options)
        .AddEventPlane(options)
        .AddHistory(options)
        .AddGroups(options)
        .AddQuorum(options)
        .AddRegisterHost()
        .AddOrders(options)
        .AddNotifications(options)
        .AddSchedules(options)
        .AddApi()
        .AddTelemetry(options);

    public static WebApplication UseRooms(this WebApplication app, ArbiterOptions options) =>
        app.UseTelemetry(options).UseApi().UseDashboard();
}
