using Arbiter.Hosting;
using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Journal;
using Arbiter.Orders;
using Arbiter.Quorum;
using Contracts.Hosting;
using Contracts.Messages;

namespace Arbiter.Groups;

internal static class GroupsSetup
{
    /// <summary>The loops of all configured groups and their status board. Needs <see cref="IRegister"/>, <see cref="IOrders"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddGroups(this IServiceCollection services, ArbiterOptions options)
    {
        services.AddSingleton<ProcessClock>();
        services.AddSingleton<StatusBoard>();
        services.AddSingleton<IStatusBoard>(s => s.GetRequiredService<StatusBoard>());
        services.AddSingleton<StepJournal>();
        services.AddSingleton(s => new GroupSet(options.Groups.Select(g => new GroupLoop(RulesOf(g),
            s.GetRequiredService<IRegister>(), s.GetRequiredService<IOrders>(), s.GetRequiredService<StepJournal>(),
            s.GetRequiredService<StatusBoard>(), s.GetRequiredService<ProcessClock>(), s.GetRequiredService<ILogger<GroupLoop>>(), s.GetService<ILiveness>(), s.GetService<IRecorder>(),
            s.GetServices<IStepWitness>(), [.. s.GetServices<IMoveAnswers>()])),
            s.GetRequiredService<IRegister>(), s.GetRequiredService<ProcessClock>()));
        services.AddSingleton<IGroups>(s => s.GetRequiredService<GroupSet>());
        services.AddHostedService(s => s.GetRequiredService<GroupSet>());
        return services;
    }

    internal static GroupRules RulesOf(GroupOptions group) => new()
    {
        Group = group.Name,
        Members = [.. group.Members.Select(m => new Member(m.Node, m.Preference))],
        Mode = group.Mode,
        Rearm = group.Rearm,
        Advert = group.Advert,
        Policy = group.Policy,
    };
}
