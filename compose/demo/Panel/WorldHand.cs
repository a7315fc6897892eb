using World.Hosts;

namespace Demo.Panel;

/// <summary>The way to the world's own thread.</summary>
internal interface IWorldHand
{
    /// <summary>Does it there, and completes when it is done.</summary>
    public Task<T> Do<T>(Func<IWorld, T> what);
}

internal static class WorldHands
{
    public static Task Do(this IWorldHand hand, Action<IWorld> what) => hand.Do(world =>
    {
        what(world);
        return true;
    });

    public static Task<WorldPicture> Picture(this IWorldHand hand) => hand.Do(world => world.Picture());
}
