using NodeAgent.Core;

namespace Simulation.Vrrp;

/// <summary>Gratuitous ARP: who sends it, when, and above all when nobody does.</summary>
public sealed class AnnouncementTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(100)]
    public void Five_at_the_takeover_and_five_more_after_5_s_and_none_after(double advert)
    {
        var net = new Net(advert).Add("lb1", 254).Start();
        var came = net.Until(s => s is Seen.Address { Present: true }).At;
        net.Run(30_000);
        var all = net.Since<Seen.Announced>(TimeSpan.Zero).Select(a => (a.At - came).TotalMilliseconds).ToList();
        Assert.Equal(10, all.Count);
        Assert.All(all.Take(5), ms => Assert.InRange(ms, 0, 0.5));
        Assert.All(all.Skip(5), ms => Assert.InRange(ms, 4999, 5001));
    }

    [Fact]
    public void What_was_put_off_is_not_sent_by_a_node_that_has_no_address_any_more()
    {
        var net = new Net(1000).Add("lb1", 254).Add("lb2", 253).Start();
        net.Until(s => s is Seen.Address { Present: true });
        net.Run(1000).SetFence("lb1", 1).Run(10_000);
        Assert.Equal(5, net.Since<Seen.Announced>(TimeSpan.Zero, "lb1").Count());
        Assert.Equal(10, net.Since<Seen.Announced>(TimeSpan.Zero, "lb2").Count());
    }

    [Fact]
    public void A_refresh_announces_once_with_the_first_advert_after_its_interval()
    {
        var net = new Net(1000).Add("lb1", 254, o => o with { GarpMasterRefresh = TimeSpan.FromSeconds(3) }).Start();
        var came = net.Until(s => s is Seen.Address { Present: true }).At;
        net.Run(20_500);
        var refreshed = net.Since<Seen.Announced>(came).Select(a => (a.At - came).TotalSeconds).Where(s => s > 0.1 && s is < 4.9 or > 5.1).ToList();
        Assert.Equal([3, 6, 9, 12, 15, 18], refreshed.Select(s => Math.Round(s)));
    }

    [Fact]
    public void A_master_that_hears_a_lower_one_says_so_and_announces_at_once_and_5_s_later()
    {
        var net = new Net(1000).Add("lb1", 254).Start().Settle("lb1", 400).Run(10_000);
        net.Settle("lb1", 400);
        var heard = net.Time.Now;
        net["lb1"].Heard(new World.Vrrp.Advert(51, 163, 100, 2, net.Advert));
        net.Run(900);
        Assert.Equal(["MasterRxLowerPri 254"], net.Lines("lb1", heard));
        Assert.Equal(5, net.Since<Seen.Announced>(heard).Count());
        // Its own advert goes out at once, and the next a whole interval after that
        Assert.Single(net.Since<Seen.Sent>(heard));
        Assert.True(net.Since<Seen.Sent>(heard).Single().At - heard < TimeSpan.FromMilliseconds(1));
        net.Run(4_200);
        Assert.Equal(10, net.Since<Seen.Announced>(heard).Count());
    }

    [Theory]
    [InlineData(1000, 2600, 3700)]
    [InlineData(100, 200, 330)]
    public void A_split_makes_two_masters_after_the_down_timer_and_the_last_to_announce_has_the_clients(double advert, double least, double most)
    {
        var net = new Net(advert).Add("lb1", 254).Add("lb2", 253).Start().Settle("lb1").Run(6000).Settle("lb1", advert / 4);
        var split = net.Time.Now;
        net.Cut("lb1", "lb2");
        Assert.InRange(net.ComesTo("lb2", split) ?? double.NaN, least, most);
        Assert.Equal(["lb1", "lb2"], net.Holders());
        Assert.Equal("lb2", net.Reached);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100)]
    public void Rows_of_the_split_and_ag_fencing_the_node_that_has_the_clients_leaves_the_other_silent(double advert)
    {
        var net = Split(advert, TimeSpan.Zero);
        var fenced = net.Time.Now;
        net.SetFence("lb2", 1).Run(30_000);
        Assert.Equal(["lb1"], net.Holders());
        Assert.Empty(net.Since<Seen.Announced>(fenced));
        Assert.Equal("lb2", net.Reached);
        Assert.True(net.Since<Seen.Address>(fenced).Single().At - fenced < TimeSpan.FromMilliseconds(14));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100)]
    public void Garp_master_refresh_bounds_that_to_a_second_and_an_advert(double advert)
    {
        var net = Split(advert, TimeSpan.FromSeconds(1));
        var fenced = net.Time.Now;
        net.SetFence("lb2", 1).Run(1000 + advert + 10);
        Assert.Equal("lb1", net.Reached);
        Assert.NotEmpty(net.Since<Seen.Announced>(fenced, "lb1"));
    }

    [Fact]
    public void A_healed_split_ends_at_once_and_the_lower_one_gives_way()
    {
        var net = Split(1000, TimeSpan.Zero);
        var healed = net.Time.Now;
        net.Cut("lb1", "lb2", cut: false);
        var gone = net.Until(s => s is Seen.Address { Present: false });
        Assert.Equal("lb2", gone.Node);
        Assert.True(gone.At - healed < TimeSpan.FromMilliseconds(1001));
    }

    [Fact]
    public void A_false_takeover_can_leave_the_clients_with_a_node_without_the_address_for_5_s()
    {
        var net = new Net(20).Add("lb1", 254).Add("lb2", 253).Start().Settle("lb1").Run(6000);
        net["lb1"].Freeze(true);
        net.Until(s => s is Seen.Sent { Node: "lb2" });
        net["lb1"].Freeze(false);
        net.Run(100);
        // lb2's announcements left after those with which lb1 answered its advert
        Assert.Equal(["lb1"], net.Holders());
        Assert.Equal("lb2", net.Reached);
        Assert.Contains(net.Since<Seen.Said>(TimeSpan.Zero, "lb1"), s => s.State == NotifyState.MasterRxLowerPri);
        net.Run(4800);
        Assert.Equal("lb2", net.Reached);
        net.Run(200);
        Assert.Equal("lb1", net.Reached);
    }

    private static Net Split(double advert, TimeSpan refresh)
    {
        var net = new Net(advert).Add("lb1", 254, o => o with { GarpMasterRefresh = refresh }).Add("lb2", 253, o => o with { GarpMasterRefresh = refresh });
        net.Start().Settle("lb1").Run(6000).Cut("lb1", "lb2").RunAdverts(5).Run(6000);
        Assert.Equal(["lb1", "lb2"], net.Holders());
        return net;
    }
}
