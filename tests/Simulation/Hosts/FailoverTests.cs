using World.Hosts;

namespace Simulation.Hosts;

/// <summary>The faults that move the VIP, and how long clients are without it.</summary>
public sealed class FailoverTests
{
    [Theory]
    [InlineData(0.1, 2, 7)]
    [InlineData(1, 10, 20)]
    public void A_killed_haproxy_costs_one_short_outage(double advert, double least, double most)
    {
        var scene = new Scene(advert: advert).Armed();
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(30);
        TestContext.Current.TestOutputHelper?.WriteLine(scene.Told());
        Assert.Equal([Scene.Lb2], scene.Group().Holders);
        Assert.InRange(Assert.Single(scene.Group().Outages).Length(scene.Time.Now).TotalMilliseconds, least, most);
        Assert.Equal(1, scene.Group().Moves);
        Assert.Equal(254, scene.Role(Scene.Lb2).Priority);
    }
}
