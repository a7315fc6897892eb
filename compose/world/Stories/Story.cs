using System.Collections.Immutable;

namespace World.Stories;

/// <summary>
/// A story that real daemons and the model both play: two or three nodes with nothing but keepalived, and what is done to them, step by
/// step. What happens after the step <see cref="StoryStep.Mark"/> is the result.
/// </summary>
/// <param name="Name">Short, unique, as in the file.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Setup">Of each node, in order: lb1, lb2, ...</param>
public sealed record Story(string Name, string Title, ImmutableArray<NodeSetup> Setup, ImmutableArray<StoryStep> Steps)
{
    /// <summary>Who has the address at the end, in order; empty: nobody.</summary>
    public ImmutableArray<string> Ends { get; init; } = [];

    /// <summary>The story means something at this interval alone; null: at each.</summary>
    public TimeSpan? Only { get; init; }

    /// <summary>Why reality is less exact here than elsewhere, and by how much; null: it is not.</summary>
    public Slack? Slack { get; init; }

    public bool Fits(TimeSpan advert) => Only is null || Only == advert;
}

/// <summary>Added to what two runs of a story may differ by in each of their times.</summary>
public sealed record Slack(double Adverts, TimeSpan Time, string Reason);

/// <param name="Priority">What keepalived.conf says.</param>
/// <param name="Raise">What stands in its priority file before its keepalived starts.</param>
public sealed record NodeSetup(string Node, int Priority, int Raise = 0, bool NoPreempt = false, bool StartAsMaster = false, bool Overwrite = true, TimeSpan GarpMasterRefresh = default);

public abstract record StoryStep
{
    private StoryStep() { }

    /// <summary>Writes the fence file.</summary>
    public sealed record Fence(string Node, int Value) : StoryStep;

    /// <summary>Writes the priority file, which is added to keepalived.conf's priority.</summary>
    public sealed record Raise(string Node, int Value) : StoryStep;

    /// <summary>SIGKILL of all processes of keepalived: the address stays where it is.</summary>
    public sealed record KillKeepalived(string Node) : StoryStep;

    /// <summary>SIGKILL of the VRRP child alone: the parent starts it again.</summary>
    public sealed record KillVrrpChild(string Node) : StoryStep;

    /// <summary>SIGTERM.</summary>
    public sealed record StopKeepalived(string Node) : StoryStep;

    public sealed record StartKeepalived(string Node) : StoryStep;

    /// <summary>SIGHUP.</summary>
    public sealed record Reload(string Node) : StoryStep;

    /// <summary>SIGSTOP of keepalived, and SIGCONT.</summary>
    public sealed record Freeze(string Node, bool Frozen) : StoryStep;

    /// <summary>The cable of a node: its interface has a carrier or not.</summary>
    public sealed record Cable(string Node, bool Plugged) : StoryStep;

    /// <summary>Two nodes hear each other or not; everybody else hears both.</summary>
    public sealed record Partition(string Node, string Other, bool Cut) : StoryStep;

    public sealed record Wait(TimeSpan Time) : StoryStep;

    /// <summary>Waits in advert intervals, so that a story is the same at every speed.</summary>
    public sealed record WaitAdverts(double Count) : StoryStep;

    /// <summary>Until this node's keepalived says MASTER and has the address, and no other has.</summary>
    public sealed record UntilMaster(string Node) : StoryStep;

    /// <summary>From here on it counts.</summary>
    public sealed record Mark : StoryStep;
}
