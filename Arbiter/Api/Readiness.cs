using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;

namespace Arbiter.Api;

/// <summary>
/// Whether this replica can do its work now, and if not, the one thing to look at first (docs/operating.md lists the codes).
/// A connected bus proves nothing: what counts is the age of the newest reading, asked only where members are expected.
/// </summary>
internal static class Readiness
{
    /// <summary>A node is heard each second; older than this is silence (docs/configuration.md).</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    public static ReadinessView Check(Seen seen, LivenessReport live)
    {
        var (register, status) = (seen.Register, seen.Status);
        if (!live.Alive) return No("stuck", live.Reason);
        switch (register.State)
        {
            case RegisterState.Starting: return No("starting", "The register has not been read yet.");
            case RegisterState.NotSeeded: return No("notSeeded", "The quorum holds no register yet: run 'arbiter quorum seed' once.");
            case RegisterState.QuorumLost: return No("quorumLost", $"Fewer than a majority of the register's servers vote: {register.Reason}");
        }
        if (!status.BusConnected) return No("busLost", $"The message broker is away: {status.BusReason}");
        if (register.Leader is null) return No("noLeader", "No arbiter leads at the moment; an election takes at most about 7 s.");
        if (ExpectsMembers(status) && Newest(seen) is not { } newest) return No("noReading", "No node has reported since this replica started.");
        else if (ExpectsMembers(status) && Newest(seen) is { } age && age > Fresh)
            return No("noFreshReading", $"The newest reading of any node is {age.TotalSeconds:0.0} s old; a node reports each second.");
        return new ReadinessView(true, "ready", register.State == RegisterState.Leading ? "Leading." : $"Following {register.Leader}.");
    }

    private static bool ExpectsMembers(ClusterStatus status) => status.Groups.Any(g => !g.Members.IsEmpty);

    private static TimeSpan? Newest(Seen seen)
    {
        TimeSpan? newest = null;
        foreach (var member in seen.Status.Groups.SelectMany(g => g.Members))
            if (member.Age is { } age && (newest is null || age < newest)) newest = age;
        return newest + seen.Age;
    }

    private static ReadinessView No(string code, string reason) => new(false, code, reason);
}
