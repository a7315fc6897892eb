using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Quorum;

namespace Arbiter.Events;

internal static class EventsSetup
{
    /// <summary>What happens becomes a recorded event. Needs <see cref="IRegister"/>; <see cref="GroupsSetup"/> uses it.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services, ArbiterOptions options) =>
        services.AddSingleton<IRecorder>(s => new Recorder(options.Cluster, s.GetRequiredService<IRegister>(), s.GetRequiredService<TimeProvider>()));
}
