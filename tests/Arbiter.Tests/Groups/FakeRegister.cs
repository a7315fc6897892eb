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

    public bool MaySpeak() => _may;

    public Task Run(CancellationToken stopping) => Task.CompletedTask;

    public void Say(RegisterEvent said) => _events.Writer.TryWrite(said);

    public void Gain(long term, params Assignment[] assignments)
    {
        Status = Picture(term);
        May = true;
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
