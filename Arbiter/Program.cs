using Arbiter;
using Arbiter.Api;
using Arbiter.Cli;
using Arbiter.Configuration;
using Arbiter.Hosting;
using Arbiter.Telemetry;

return await new Commands(
    new Rooms { Load = Wiring.Load, Serve = Serve, Seed = Wiring.Seed, ForceSeed = Wiring.ForceSeed, NodeKey = Wiring.NodeKey },
    Terminal.OfProcess(),
    Environment.GetEnvironmentVariable("ARBITER_URL")).Run(args, CancellationToken.None);

static async Task Serve(ArbiterOptions options, ServeSettings settings, CancellationToken stopping)
{
    var builder = Composition.NewBuilder();
    builder.AddLog(settings.JsonLog, settings.Level);
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        Listening.Limit(kestrel, options.HttpListen);
        TelemetryRoom.Listen(kestrel, options);
    });
    builder.Services.AddRooms(options);
    var app = builder.Build().UseRooms(options);
    try
    {
        await app.RunAsync(stopping);
    }
    catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || e.InnerException is System.Net.Sockets.SocketException)
    {
        throw new CliException(Exit.Failed, $"cannot listen at http.listen {options.HttpListen}: {e.Message}");
    }
}
