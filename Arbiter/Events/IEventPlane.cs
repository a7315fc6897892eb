namespace Arbiter.Events;

/// <summary>Whether this replica reaches the event plane. Nothing that steers hangs on it.</summary>
internal interface IEventPlane
{
    public PlaneStatus Status { get; }
}

/// <param name="Reason">One sentence.</param>
internal sealed record PlaneStatus(bool Connected, string Reason);
