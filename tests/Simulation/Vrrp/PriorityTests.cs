using Contracts.Vocabulary;

namespace Simulation.Vrrp;

/// <summary>What a priority that changes does, and when: the slow way, and how to get it wrong.</summary>
public sealed class PriorityTests
{
    [Theory]
    [InlineData(1000, 80, 400)]
    [InlineData(100, 80, 40)]
    public void A_lowered_master_is_replaced_three_adverts_and_a_skew_after_its_last_advert_that_counted(double advert, int standby, double age)
    {
        var net = new Net(advert).Add("lb1", 100).Add("lb2", standby).Start().Settle("lb1", age);
        var written = net.Time.Now;
        net.Raise("lb1", -80).Run(1);
        Assert.Empty(net.Since<Seen.Sent>(written));
        Assert.Equal(["MasterPriority 20"], net.Lines("lb1", written));
        FaultTests.Near(3 * advert + (256 - standby) / 256.0 * advert - age, net.ComesTo("lb2", written), 2);
        Assert.Equal(20, net.Since<Seen.Sent>(written, "lb1").First().Priority);
    }

    [Fact]
    public void A_lower_advert_is_discarded_without_a_new_timer_but_its_sender_is_remembered()
    {
        var net = new Net(1000).Add("lb1", 100).Add("lb2", 80).Start().Settle("lb1", 400);
        net.Raise("lb1", -80).Run(1500);
        var picture = net["lb2"].Picture("VI_1");
        Assert.Equal((VrrpRole.Backup, 100, 162L), (picture.Role, picture.MasterPriority, picture.MasterAddress));
    }

    [Theory]
    [InlineData(1000, 400)]
    [InlineData(100, 40)]
    public void A_raised_backup_sends_nothing_and_takes_over_when_its_timer_with_the_new_skew_ends(double advert, double age)
    {
        var net = new Net(advert).Add("lb1", 100).Add("lb2", 80).Start().Settle("lb1", age);
        var written = net.Time.Now;
        net.Raise("lb2", 100).Run(1);
        Assert.Empty(net.Since<Seen.Sent>(written));
        FaultTests.Near(3 * advert + (256 - 180) / 256.0 * advert - age, net.ComesTo("lb2", written), 2);
        Assert.Equal(["lb2"], net.Holders());
    }

    [Theory]
    [InlineData(1000, 3014.6)]
    [InlineData(100, 310)]
    public void A_backup_that_is_raised_after_the_masters_priority_0_waits_a_full_timer_again(double advert, double measured)
    {
        var net = new Net(advert).Add("lb1", 100).Add("lb2", 80).Start().Settle("lb1", advert / 2);
        var fenced = net.Time.Now;
        net.SetFence("lb1", 1).Run(advert / 20).Raise("lb2", 174);
        // measured with 254, from the fence on
        FaultTests.Near(measured, net.ComesTo("lb2", fenced), 10);
    }

    [Theory]
    [InlineData(1000, 10.9)]
    [InlineData(100, 1.9)]
    public void In_the_right_order_raise_then_fence_it_takes_the_new_skew(double advert, double measured)
    {
        var net = new Net(advert).Add("lb1", 100).Add("lb2", 80).Start().Settle("lb1", advert / 3);
        net.Raise("lb2", 174).Run(5);
        Assert.Equal(["BackupPriority 254"], net.Lines("lb2").TakeLast(1));
        var fenced = net.Time.Now;
        FaultTests.Near(measured, net.SetFence("lb1", 1).ComesTo("lb2", fenced), 3);
    }

    [Fact]
    public void A_lower_advert_before_the_change_lengthens_the_timer_too()
    {
        var net = new Net(1000).Add("lb1", 200).Add("lb2", 180).Start().Settle("lb1", 500);
        // The next advert of lb1 comes in 500 ms with 100 and is discarded; lb2 then has waited 1 s of its 3 s and its skew
        net.Raise("lb1", -100).Run(600);
        var changed = net.Time.Now;
        net.Raise("lb2", 1);
        var down = 3000 + (256 - 181) / 256.0 * 1000;
        FaultTests.Near(down - 100, net.ComesTo("lb2", changed), 3);
    }

    [Theory]
    [InlineData("300", 254)]
    [InlineData("2147483647", 254)]
    [InlineData("54", 254)]
    [InlineData("53", 253)]
    [InlineData("-199", 1)]
    [InlineData("-253", 1)]
    [InlineData("", 200)]
    [InlineData("nonsense", 200)]
    [InlineData("0x10", 216)]
    public void The_effective_priority_stays_within_1_and_254(string text, int effective)
    {
        var net = new Net(1000).Add("lb1", 200).Start().Settle("lb1");
        net.Write("lb1", Net.Priority, text).Run(1);
        Assert.Equal((VrrpRole.Master, effective), (net["lb1"].Picture("VI_1").Role, net["lb1"].Picture("VI_1").Priority));
    }

    [Fact]
    public void A_sum_over_the_limit_is_remembered_so_that_what_is_taken_away_counts_from_there()
    {
        var net = new Net(1000).Add("lb1", 200).Start().Settle("lb1");
        net.Raise("lb1", 253).Run(1);
        var before = net.Time.Now;
        net.Raise("lb1", 60).Run(1);
        Assert.Empty(net.Lines("lb1", before));
        net.Raise("lb1", 50).Run(1);
        Assert.Equal(["MasterPriority 250"], net.Lines("lb1", before));
    }

    [Theory]
    [InlineData("-254")]
    [InlineData("-1000")]
    public void A_weighted_file_of_minus_254_or_less_is_FAULT(string text)
    {
        var net = new Net(1000).Add("lb1", 254).Add("lb2", 253).Start().Settle("lb1");
        var written = net.Time.Now;
        net.Write("lb1", Net.Priority, text).Run(100);
        Assert.Equal(VrrpRole.Fault, net["lb1"].Picture("VI_1").Role);
        Assert.Equal([0, 0], net.Since<Seen.Sent>(written, "lb1").Select(s => s.Priority));
        net.Write("lb1", Net.Priority, "-4").Run(1);
        Assert.Equal((VrrpRole.Backup, 250), (net["lb1"].Picture("VI_1").Role, net["lb1"].Picture("VI_1").Priority));
        Assert.Equal(["Fault 254", "Backup 250"], net.Lines("lb1", written));
    }

    [Fact]
    public void A_number_of_more_than_32_bits_changes_nothing()
    {
        var net = new Net(1000).Add("lb1", 200).Start().Settle("lb1");
        net.Raise("lb1", 10).Run(1);
        var before = net.Time.Now;
        net.Write("lb1", Net.Priority, "99999999999").Write("lb1", Net.Fence, "99999999999").Run(1);
        Assert.Equal(210, net["lb1"].Picture("VI_1").Priority);
        Assert.Empty(net.Lines("lb1", before));
    }

    [Fact]
    public void A_deleted_file_is_0()
    {
        var net = new Net(1000).Add("lb1", 200).Start().Settle("lb1");
        net.Raise("lb1", 10).SetFence("lb1", 1).Run(1);
        Assert.Equal(VrrpRole.Fault, net["lb1"].Picture("VI_1").Role);
        net.Write("lb1", Net.Priority, null).Write("lb1", Net.Fence, null).Run(1);
        Assert.Equal((VrrpRole.Backup, 200), (net["lb1"].Picture("VI_1").Role, net["lb1"].Picture("VI_1").Priority));
    }

    [Fact]
    public void At_equal_priority_the_higher_address_wins_between_two_masters_and_nobody_else()
    {
        var net = new Net(100).Add("lb1", 200).Add("lb2", 200).Start().Settle("lb2");
        net.Cut("lb1", "lb2").RunAdverts(6);
        Assert.Equal(["lb1", "lb2"], net.Holders());
        net.Cut("lb1", "lb2", cut: false).RunAdverts(2);
        Assert.Equal(["lb2"], net.Holders());
    }
}
