using Arbiter;
using Arbiter.Api;
using Arbiter.Cli;
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

// What the program is made of, in the order in which data flows. Each room adds itself.
return await new Commands(
    new Rooms { Load = Wiring.Load, Serve = Serve, Seed = Wiring.Seed, ForceSeed = Wiring.ForceSeed, NodeKey = Wiring.NodeKey },
    Terminal.OfProcess(),
    Environment.GetEnvironmentVariable("ARBITER_URL")).Run(args, CancellationToken.None);

static async Task Serve(ArbiterOptions options, ServeSettings settings, CancellationToken stopping)
{
    // nothing is read but arbiter.yaml: no appsettings.json, and no file watcher over the working directory
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
    builder.AddLog(settings.JsonLog, settings.Level);
    builder.Services.AddRouting();
    builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
    {
        Listening.Limit(kestrel, options.HttpListen);
        TelemetryRoom.Listen(kestrel, options);
    });
    builder.Services
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

    var app = builder.Build();
    app.UseTelemetry(options).UseApi().UseDashboard();
    try
    {
        await app.RunAsync(stopping);
    }
    catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || e.InnerException is System.Net.Sockets.SocketException)
    {
        throw new CliException(Exit.Failed, $"cannot listen at http.listen {options.HttpListen}: {e.Message}");
    }
}
