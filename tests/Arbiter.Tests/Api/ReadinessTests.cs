using Arbiter.Api;
using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;

namespace Arbiter.Tests.Api;

public sealed class ReadinessTests
{
    private static readonly LivenessReport Live = new(true, "All 2 loops turn.");

    [Fact]
    public void A_leader_that_hears_its_nodes_is_ready() => Assert.Equal("ready", Code(Pictures.Healthy(), Pictures.Register()));

    [Fact]
    public void Each_thing_that_is_missing_has_its_own_code()
    {
        Assert.Equal("starting", Code(Pictures.Healthy(), Pictures.Register(RegisterState.Starting)));
        Assert.Equal("notSeeded", Code(Pictures.Healthy(), Pictures.Register(RegisterState.NotSeeded, null)));
        Assert.Equal("quorumLost", Code(Pictures.Healthy(), Pictures.Register(RegisterState.QuorumLost, null)));
        Assert.Equal("noLeader", Code(Pictures.Healthy(), Pictures.Register(RegisterState.Following, null)));
        Assert.Equal("busLost", Code(Pictures.Healthy() with { BusConnected = false }, Pictures.Register()));
        Assert.Equal("noReading", Code(Pictures.Unborn(), Pictures.Register()));
        Assert.Equal("noFreshReading", Code(Pictures.Silent(), Pictures.Register()));
        Assert.Equal("stuck", Readiness.Check(new Seen(Pictures.Healthy(), Pictures.Register(), TimeSpan.Zero), new LivenessReport(false, "Loop 'x' hangs.")).Code);
    }

    [Fact]
    public void A_status_that_nobody_replaces_grows_old_by_itself()
    {
        Assert.Equal("ready", Code(Pictures.Healthy(), Pictures.Register(), TimeSpan.FromSeconds(2.7)));
        Assert.Equal("noFreshReading", Code(Pictures.Healthy(), Pictures.Register(), TimeSpan.FromSeconds(2.8)));
    }

    [Fact]
    public void Without_configured_members_no_reading_is_asked_for() =>
        Assert.Equal("ready", Code(new ClusterStatus(1, true, "connected", [], []), Pictures.Register()));

    private static string Code(ClusterStatus status, RegisterStatus register, TimeSpan age = default) =>
        Readiness.Check(new Seen(status, register, age), Live).Code;
}
