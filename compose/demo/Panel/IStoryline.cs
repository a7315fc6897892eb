using System.Collections.Immutable;
using World.Hosts;

namespace Demo.Panel;

/// <summary>What happened and why, in sentences: faults, what agents and keepalived did, what the arbiter decided. Thread safe.</summary>
internal interface IStoryline
{
    /// <summary>Newest last, at most the last 500.</summary>
    public ImmutableArray<StoryLine> Lines { get; }

    /// <summary>Ends when there is a line above this number.</summary>
    public Task Newer(long than, CancellationToken stopping);
}

/// <param name="Number">Rising by one.</param>
/// <param name="At">Since the demo began.</param>
/// <param name="Who">A node, <c>client</c>, <c>arbiter</c>, or <c>you</c>.</param>
internal sealed record StoryLine(long Number, TimeSpan At, string Who, string Text, Tone Tone);
