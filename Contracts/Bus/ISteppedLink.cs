namespace Contracts.Bus;

/// <summary>A link that can be driven without a task, for a simulator: <see cref="ISteeringLink.Run"/> does the same by a clock.</summary>
public interface ISteppedLink : ISteeringLink
{
    /// <summary>Connects now, and keeps connected.</summary>
    public void Attach();

    /// <summary>The process is gone: the queue with all in it, too.</summary>
    public void Detach();

    /// <summary>One period of the canary, which is 2 s.</summary>
    public void Beat();

    /// <summary>How many events there ever were: while it stays the same there is nothing new to read.</summary>
    public long Happened { get; }

    /// <summary>The broker cannot be reached from here.</summary>
    public bool Cut { get; set; }
}
