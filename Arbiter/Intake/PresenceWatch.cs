using Arbiter.Core;
using Arbiter.Groups;
using Contracts.Bus;
using Contracts.Hosting;

namespace Arbiter.Intake;

/// <summary>Brings the broker's word that an agent's connection closed to the groups of its node. Without it silence is noticed later, and that is all.</summary>
internal sealed partial class PresenceWatch(IBrokerPresence presence, IGroups groups, ProcessClock clock, ILogger<PresenceWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var ended in Task.WhenEach(presence.Run(stoppingToken), Read(stoppingToken))) await ended;
    }

    internal async Task Read(CancellationToken stopping)
    {
        await foreach (var happened in presence.Events.ReadAllAsync(stopping))
        {
            switch (happened)
            {
                case PresenceEvent.Listening: Listening(log); break;
                case PresenceEvent.Unavailable e: Unavailable(log, e.Reason); break;
                // whose name it is not, has no group: every other client of the broker
                case PresenceEvent.ConnectionClosed e when ClientNames.TryParseAgent(e.ClientName, out var node, out var process) && groups.Knows(node):
                    groups.Post(node, new Input.PresenceLost(clock.Now, node, process));
                    break;
                default: break;
            }
        }
    }

    [LoggerMessage(EventId = 2311, Level = LogLevel.Information, Message = "The broker tells when a connection of an agent closes")]
    private static partial void Listening(ILogger log);

    [LoggerMessage(EventId = 2312, Level = LogLevel.Information, Message = "The broker does not tell when connections close: {Reason}. A silent agent is then noticed after 5 s instead of 1 s")]
    private static partial void Unavailable(ILogger log, string reason);
}
