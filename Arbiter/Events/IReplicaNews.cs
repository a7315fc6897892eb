using System.Collections.Immutable;

namespace Arbiter.Events;

/// <summary>
/// What only the leader knows, on every replica: the leader's rooms tell, the standbys show. At each change (at most five times a
/// second) and every 5 s; a lost message costs nothing, because each holds everything.
/// </summary>
internal interface IReplicaNews
{
    /// <summary>The newest that is known here; null when none was heard since the start. On the leader its own, of age zero.</summary>
    public ReplicaNews? Newest { get; }

    /// <summary>
    /// What stands for a topic from now on. On a replica that does not lead it is kept and told to nobody.
    /// Never throws: a topic beyond the bounds (8 topics, 32768 characters each) is left out and logged once.
    /// </summary>
    /// <param name="topic">A name: <c>notifications</c>.</param>
    /// <param name="json">The whole of it, as JSON; null = nothing any more.</param>
    public void Tell(string topic, string? json);
}

/// <param name="Leader">Who said it: <c>replica/process</c>.</param>
/// <param name="StatusVersion">The version of the leader's status at that time.</param>
/// <param name="Age">Since it was heard here, on the monotonic clock.</param>
/// <param name="Known">False: older than 15 s or of a leader of the past. It is history then, and counts as unknown.</param>
/// <param name="Topics">By topic its JSON.</param>
internal sealed record ReplicaNews(
    string Leader, long Generation, long Term, long StatusVersion, TimeSpan Age, bool Known, ImmutableSortedDictionary<string, string> Topics);
