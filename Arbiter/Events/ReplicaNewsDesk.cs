using System.Collections.Immutable;
using Arbiter.Events.Plane;
using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Events;

/// <summary>What the leader's rooms tell and what was heard of a leader. Sending is <see cref="NewsTeller"/>'s.</summary>
internal sealed class ReplicaNewsDesk(ClusterName cluster, IRegister register, IStatusBoard board, TimeProvider time, ILogger<ReplicaNewsDesk> log) : IReplicaNews
{
    public const int MaxTopics = 8;
    public const int MaxTopic = 32768;
    /// <summary>Three lost messages: then nothing is known any more.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    private sealed record Taken(NewsMessage Message, ImmutableSortedDictionary<string, string> Topics, long At);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _leftOut = [];
    private ImmutableSortedDictionary<string, string> _own = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Taken? _taken;
    private long _seq;
    private long _back;

    /// <summary>Completes at the next change of what is told.</summary>
    public Task Changed
    {
        get { lock (_gate) return _changed.Task; }
    }

    /// <summary>The newest of the own news that came back over the plane.</summary>
    public long Back
    {
        get { lock (_gate) return _back; }
    }

    public ReplicaNews? Newest
    {
        get
        {
            var status = register.Status;
            if (status is { State: RegisterState.Leading, Leader: { } own })
            {
                lock (_gate) return new ReplicaNews(own, status.Generation, status.Term, board.Current.Version, TimeSpan.Zero, true, _own);
            }
            Taken? taken;
            lock (_gate) taken = _taken;
            if (taken is null) return null;
            var m = taken.Message;
            var age = time.GetElapsedTime(taken.At);
            var past = m.Generation < status.Generation || (m.Generation == status.Generation && m.Term < status.Term);
            return new ReplicaNews(m.Leader!, m.Generation, m.Term, m.StatusVersion, age, age <= Fresh && !past, taken.Topics);
        }
    }

    public void Tell(string topic, string? json)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_own.GetValueOrDefault(topic) == json) return;
            var problem = !Names.IsValid(topic) ? $"a topic is a name: {Names.Rule}"
                : json is { Length: > MaxTopic } ? $"longer than {MaxTopic} characters"
                : json is not null && !_own.ContainsKey(topic) && _own.Count >= MaxTopics ? $"more than {MaxTopics} topics"
                : null;
            if (problem is not null && _leftOut.Count < MaxTopics && _leftOut.Add(topic)) log.NewsLeftOut(topic, problem);
            // what is too long now must not stand there as what it was before
            var next = problem is not null || json is null ? _own.Remove(topic) : _own.SetItem(topic, json);
            if (problem is null) _leftOut.Remove(topic);
            if (ReferenceEquals(next, _own)) return;
            _own = next;
            changed = Renew();
        }
        changed.TrySetResult();
    }

    /// <summary>Something else that is told changed: who leads.</summary>
    public void Nudge()
    {
        TaskCompletionSource changed;
        lock (_gate) changed = Renew();
        changed.TrySetResult();
    }

    /// <summary>What to send now; null on a replica that does not lead.</summary>
    public NewsMessage? Outgoing()
    {
        if (register.Status is not { State: RegisterState.Leading, Leader: { } leader } status || !register.MaySpeak()) return null;
        lock (_gate)
        {
            return new NewsMessage
            {
                V = VerbListener.Version, Cluster = cluster.Value, Leader = leader, Generation = status.Generation, Term = status.Term,
                Seq = ++_seq, StatusVersion = board.Current.Version, Topics = _own.ToDictionary(),
            };
        }
    }

    /// <summary>Null: taken, or older than what is known. Otherwise why it is no news.</summary>
    public string? Heard(NewsMessage m)
    {
        if (m.Leader is not { Length: >= 1 and <= 100 } || m.Leader.Any(c => c is < '!' or > '~')) return "news without a leader's name";
        if (m.Generation < 0 || m.Term < 0 || m.Seq < 0) return "news with a negative number";
        if (m.Topics is not { Count: <= MaxTopics } topics || topics.Any(t => !Names.IsValid(t.Key) || t.Value is not { Length: <= MaxTopic })) return "news with an invalid topic";
        lock (_gate)
        {
            if (register.Status is { State: RegisterState.Leading, Leader: { } own } && own == m.Leader) _back = Math.Max(_back, m.Seq);
            if (_taken is not { Message: var old } || (old.Generation, old.Term, old.Seq).CompareTo((m.Generation, m.Term, m.Seq)) < 0)
                _taken = new Taken(m, topics.ToImmutableSortedDictionary(StringComparer.Ordinal), time.GetTimestamp());
        }
        return null;
    }

    private TaskCompletionSource Renew()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return changed;
    }
}

/// <summary>
/// Sends the news: at a change, but not sooner than 200 ms after the last, and every 5 s. The leader's own come back to it; more than three in a row that do
/// not are a connection that carries nothing, and a new one is made.
/// </summary>
internal sealed class NewsTeller(ReplicaNewsDesk desk, PlaneKeeper plane, IRegister register, TimeProvider time, ILogger<NewsTeller> log) : SideService(time, log)
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(200);
    private const int LostMost = 3;

    private SpeakerToken _told;
    private bool _watches;

    protected override async Task Work(CancellationToken stopping)
    {
        if (!_watches) register.Watch(Take);
        _watches = true;
        var (lost, last) = (0, 0L);
        try
        {
            while (true)
            {
                var changed = desk.Changed;
                lost = last > desk.Back ? lost + 1 : 0;
                if (lost > LostMost)
                {
                    lost = 0;
                    plane.Drop("what is sent does not come back");
                }
                last = desk.Outgoing() is { } news && await plane.Tell(news, stopping) is null ? news.Seq : 0;
                await Task.Delay(Gap, Time, stopping);
                await Task.WhenAny(changed, Task.Delay(Every, Time, stopping));
                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    /// <summary>From the register's loop.</summary>
    private void Take(OutboxPicture picture)
    {
        var speaker = picture.Leading ? new SpeakerToken(picture.Generation, picture.Term) : default;
        if (speaker == _told) return;
        _told = speaker;
        desk.Nudge();
    }
}
