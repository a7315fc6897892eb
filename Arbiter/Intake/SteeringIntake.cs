using System.Diagnostics.Metrics;
using Arbiter.Groups;
using Arbiter.Orders;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Intake;

/// <summary>The one reader of the steering link: runs it, and has <see cref="IntakeTurns"/> deal with each thing that comes.</summary>
internal sealed partial class SteeringIntake(
    ClusterName cluster, KeyRing keys, IEnumerable<NodeId> nodes, ISteeringLink link, IGroups groups, IOrders orders, ProcessClock clock,
    IMeterFactory meters, ILogger<SteeringIntake> log) : BackgroundService
{
    private readonly IntakeTurns _turns = new(cluster, keys, nodes, groups, orders, clock,
        meters.Create("arbiter").CreateCounter<long>("arbiter_messages_refused", description: "Messages that were not taken, by reason"), log);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // each as it ends, not all together: a link that failed must not be hidden by a reader that waits for it
        await foreach (var ended in Task.WhenEach(link.Run(stoppingToken), Read(stoppingToken))) await ended;
    }

    internal async Task Read(CancellationToken stopping)
    {
        await foreach (var happened in link.Events.ReadAllAsync(stopping))
        {
            try
            {
                _turns.Take(happened);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                TakeFailed(log, e, happened.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventId = 2304, Level = LogLevel.Error, Message = "A {Kind} of the link was left out; report this as a defect")]
    private static partial void TakeFailed(ILogger log, Exception e, string kind);
}
