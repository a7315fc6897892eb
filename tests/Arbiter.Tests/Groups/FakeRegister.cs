using System.Collections.Immutable;
using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Groups;

/// <summary>A register that says what the test says.</summary>
internal sealed class FakeRegister : IRegister
{
    private readonly Channel<RegisterEvent> _events = Channel.CreateUnbounded<RegisterEvent>();
    private volatile bool _may;

    public RegisterStatus Status { get; private set; } = Picture(0);
    public ChannelReader<RegisterEvent> Events => _events.Reader;
    public Channel<Proposal> Proposed { get; } = Channel.CreateUnbounded<Proposal>();
    public bool May { get => _may; set => _may = value; }

    public void Propose(Proposal proposal) => Proposed.Writer.TryWrite(proposal);

    /// <summary>Applied at once, as a register with a quorum does within a millisecond; without leadership dropped.</summary>
    public void Wish(OutboxWish wish)
    {
        Action<OutboxPicture>[] watchers;
        OutboxPicture picture;
        lock (_gate)
        {
            Wished.Enqueue(wish);
            if (!_picture.Leading || DropWishes) return;
            var box = wish.Apply(_picture.Outbox, new OutboxContext(ClusterName.Parse("test"), _picture.Generation, _ => 0, DateTimeOffset.UnixEpoch));
            if (ReferenceEquals(box, _picture.Outbox)) return;
            _picture = _picture with { Outbox = box };
            (watchers, picture) = ([.. _watchers], _picture);
        }
        foreach (var watcher in watchers) watcher(picture);
    }

    public void Watch(Action<OutboxPicture> watcher)
    {
        lock (_gate) _watchers.Add(watcher);
        watcher(_picture);
    }

    /// <summary>What stands in the outbox, and who leads, by the test's word.</summary>
    public void Show(OutboxPicture picture)
    {
        Action<OutboxPicture>[] watchers;
        lock (_gate) (_picture, watchers) = (picture, [.. _watchers]);
        foreach (var watcher in watchers) watcher(picture);
    }

    public OutboxPicture Shown => _picture;
    public System.Collections.Concurrent.ConcurrentQueue<OutboxWish> Wished { get; } = [];
    /// <summary>As a register without a majority.</summary>
    public bool DropWishes { get; set; }

    private readonly Lock _gate = new();
    private readonly List<Action<OutboxPicture>> _watchers = [];
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);

    public bool MaySpeak() => _may;

    public Task Run(CancellationToken stopping) => Task.CompletedTask;

    public void Say(RegisterEvent said) => _events.Writer.TryWrite(said);

    public void Gain(long term, params Assignment[] assignments)
    {
        Status = Picture(term);
        May = true;
        Show(_picture with { Leading = true, Generation = 1, Term = term });
        Say(new RegisterEvent.Gained(1, term, assignments.ToImmutableSortedDictionary(a => a.Group, a => a)));
    }

    public static Assignment Recorded(string group, long epoch, string holder) => new()
    {
        Group = GroupName.Parse(group),
        Epoch = epoch,
        Holder = NodeId.Parse(holder),
        Reason = "test",
        Utc = DateTimeOffset.UnixEpoch,
    };

    private static RegisterStatus Picture(long term) => new()
    {
        State = term == 0 ? RegisterState.Following : RegisterState.Leading,
        Reason = "test",
        Generation = 1,
        Term = term,
        Acceptors = [],
        Assignments = ImmutableSortedDictionary<GroupName, Assignment>.Empty,
    };
}
