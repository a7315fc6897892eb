using Arbiter.History;
using Arbiter.Quorum;

namespace Arbiter.Schedules;

/// <summary>Once a day the leader removes from the history what is older than <c>history.keep</c>. A day that fails is made up for by the next.</summary>
internal sealed partial class DailyCut(TimeSpan keep, IRegister register, IHistory? history, ILogger<DailyCut> log)
{
    public async Task Trim(CancellationToken stopping)
    {
        if (history is null || register.Status.State != RegisterState.Leading) return;
        try
        {
            var removed = await history.Trim(keep, stopping);
            Trimmed(log, removed, keep.TotalDays);
        }
#pragma warning disable CA1031 // whatever it was, tomorrow is another day
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            NotTrimmed(log, e);
        }
    }

    /// <summary>Between 01:00 and 04:59 UTC, by the cluster's name: clusters that share servers do not all come at once.</summary>
    public static string Cron(string cluster)
    {
        var minute = cluster.Aggregate(17, (sum, c) => (sum * 31 + c) % 240);
        return $"0 {minute % 60} {1 + minute / 60} * * ?";
    }

    [LoggerMessage(EventId = 2403, Level = LogLevel.Information, Message = "History: {Removed} entries older than {Days} days were removed")]
    private static partial void Trimmed(ILogger log, long removed, double days);

    [LoggerMessage(EventId = 2404, Level = LogLevel.Warning, Message = "History: nothing was removed; tried again tomorrow")]
    private static partial void NotTrimmed(ILogger log, Exception e);
}
