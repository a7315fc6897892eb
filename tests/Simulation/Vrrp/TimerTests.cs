using World.Vrrp;
using World.Vrrp.Instance;

namespace Simulation.Vrrp;

public sealed class TimerTests
{
    [Theory]
    [InlineData(80, 687.5)]
    [InlineData(100, 609.375)]
    [InlineData(200, 218.75)]
    [InlineData(253, 11.718)]
    [InlineData(254, 7.812)]
    public void The_skew_of_version_2_is_a_part_of_a_second_whatever_the_interval_is(int priority, double ms)
    {
        Assert.Equal(ms, VrrpTimers.Skew(2, priority, TimeSpan.FromSeconds(1)).TotalMilliseconds, 3);
        Assert.Equal(ms, VrrpTimers.Skew(2, priority, TimeSpan.FromSeconds(7)).TotalMilliseconds, 3);
    }

    [Theory]
    [InlineData(80, 100, 68.75)]
    [InlineData(200, 100, 21.875)]
    [InlineData(253, 100, 1.171)]
    [InlineData(254, 100, 0.781)]
    [InlineData(253, 20, 0.234)]
    [InlineData(253, 1000, 11.718)]
    public void The_skew_of_version_3_is_a_part_of_the_masters_interval(int priority, double interval, double ms) =>
        Assert.Equal(ms, VrrpTimers.Skew(3, priority, TimeSpan.FromMilliseconds(interval)).TotalMilliseconds, 3);

    [Theory]
    [InlineData(2, 1000, 253, 3011.718)]
    [InlineData(2, 1000, 80, 3687.5)]
    [InlineData(3, 100, 253, 301.171)]
    [InlineData(3, 100, 80, 368.75)]
    public void A_backup_waits_three_adverts_and_its_skew(int version, double interval, int priority, double ms) =>
        Assert.Equal(ms, VrrpTimers.Down(version, priority, TimeSpan.FromMilliseconds(interval)).TotalMilliseconds, 3);

    [Theory]
    [InlineData(2, 1000, 1000)]
    [InlineData(2, 1400, 1000)]
    [InlineData(2, 1500, 2000)]
    [InlineData(2, 100, 1000)]
    [InlineData(2, 900_000, 255_000)]
    [InlineData(3, 100, 100)]
    [InlineData(3, 104, 100)]
    [InlineData(3, 105, 110)]
    [InlineData(3, 1, 10)]
    [InlineData(3, 900_000, 40_950)]
    public void The_interval_is_rounded_to_what_the_version_can_carry(int version, double asked, double used)
    {
        var options = new VrrpInstanceOptions { Name = "VI_1", Vrid = 1, Address = 1, Base = 100, Version = version, Advert = TimeSpan.FromMilliseconds(asked) };
        Assert.Equal(used, VrrpTimers.Advert(options).TotalMilliseconds, 3);
    }
}
