using Arbiter.Api;
using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Api;

public sealed class VerdictTests
{
    public static TheoryData<string, string, string> Cases => new()
    {
        { "healthy", "ok", "web: lb1 holds, lb2 is ready" },
        { "failover", "warning", "web: lb2 holds, nobody stands by: a failure now costs an election" },
        { "noholder", "critical", "web: Nobody holds: no node says MASTER" },
        { "silent", "unknown", "web: No node reports: lb1 is recorded, who holds is unknown" },
        { "unborn", "critical", "Not seeded: run 'arbiter quorum seed' once. Until then VRRP alone decides" },
        { "dual", "critical", "web: lb1 and lb2 both say MASTER: the VIP is on more than one node" },
        { "other", "warning", "web: lb2 is MASTER, but lb1 is recorded as holder" },
        { "unrecorded", "warning", "web: lb1 is MASTER, no holder is recorded yet" },
        { "unreached", "unknown", "Starting: the broker has not been reached yet" },
        { "bus", "critical", "Broker lost: nodes are not heard, VRRP alone decides. web: lb1 holds, lb2 is ready" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_sentence_says_the_worst_first(string picture, string level, string text)
    {
        var healthy = Pictures.Healthy();
        var group = healthy.Groups[0];
        var (status, register) = picture switch
        {
            "healthy" => (healthy, Pictures.Register()),
            "failover" => (Pictures.Failover(), Pictures.Register()),
            "noholder" => (Pictures.NoHolder(), Pictures.Register()),
            "silent" => (Pictures.Silent(), Pictures.Register()),
            "unborn" => (Pictures.Unborn(), Pictures.Register(RegisterState.NotSeeded, null)),
            "dual" => (healthy with { Groups = [group with { Masters = [Pictures.Lb1, Pictures.Lb2] }] }, Pictures.Register()),
            "other" => (healthy with { Groups = [group with { Masters = [Pictures.Lb2] }] }, Pictures.Register()),
            "unrecorded" => (healthy with { Groups = [group with { Assignment = null }] }, Pictures.Register()),
            "unreached" => (healthy with { BusConnected = false, BusReason = Arbiter.Core.GroupState.NotReachedYet }, Pictures.Register()),
            _ => (healthy with { BusConnected = false, BusReason = "closed" }, Pictures.Register()),
        };
        var verdict = View(status, register).Verdict;
        Assert.Equal((level, text), (verdict.Level, verdict.Text));
    }

    [Fact]
    public void A_status_that_stopped_changing_is_unknown_after_three_seconds_whatever_it_said()
    {
        var view = View(Pictures.Healthy(), Pictures.Register(), TimeSpan.FromSeconds(4));
        Assert.Equal("unknown", view.Verdict.Level);
        Assert.Empty(view.Groups[0].Masters);
        Assert.False(view.Groups[0].StandbyReady);
        Assert.All(view.Nodes, n => Assert.True(n.Stale));
        Assert.Equal(4240, view.Groups[0].Members[0].AgeMs);
    }

    internal static Overview View(ClusterStatus status, RegisterStatus register, TimeSpan age = default)
    {
        var time = new FakeTimeProvider();
        var watch = new StatusWatch(new Board(status), new FixedRegister(register), time);
        return new ViewBuilder(Pictures.Options(), watch, new Liveness(time)).Build(new Seen(status, register, age));
    }
}
