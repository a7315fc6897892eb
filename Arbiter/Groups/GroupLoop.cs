using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Hosting;
using Arbiter.Journal;
using Arbiter.Orders;
using Arbiter.Quorum;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>One group: takes its inputs one after the other and has <see cref="GroupTurns"/> deal with each. The only writer of the group's state.</summary>
internal sealed partial class GroupLoop(
    GroupRules rules, IRegister register, IOrders orders, StepJournal journal, StatusBoard board, ProcessClock clock, ILogger<GroupLoop> log,
    ILiveness? liveness = null, IRecorder? recorder = null, IEnumerable<IStepWitness>? witnesses = null,
    IReadOnlyList<IMoveAnswers>? answers = null)
{
    private const int InboxMost = 1024;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    private readonly Channel<Input> _inbox = Channel.CreateBounded<Input>(new BoundedChannelOptions(InboxMost) { SingleReader = true });
    private readonly GroupTurns _turns = new(rules, register, orders, journal, board.Set, clock, log, recorder, witnesses, answers);
    private long _dropped;

    public GroupName Group => _turns.Group;

    public bool Has(NodeId node) => _turns.Has(node);

    /// <summary>False when the inbox is full; levels are said again, so nothing is lost for long.</summary>
    public bool Post(Input input)
    {
        if (_inbox.Writer.TryWrite(input)) return true;
        if (Interlocked.Increment(ref _dropped) % InboxMost == 1) InboxFull(log, Group.Value, InboxMost);
        return false;
    }

    /// <summary>For what is said only once: what the register answered.</summary>
    public ValueTask PostSurely(Input input, CancellationToken stopping) => _inbox.Writer.WriteAsync(input, stopping);

    public async Task Run(CancellationToken stopping)
    {
        _turns.Show(clock.Now);
        // the tick comes five times a second: a loop that is silent for longer has stopped deciding
        using var heart = liveness?.Register($"group {Group}", s_deadline);
        await foreach (var input in _inbox.Reader.ReadAllAsync(stopping))
        {
            try
            {
                _turns.Take(input);
                // behind the step: a loop in which every step fails decides nothing, and is not alive
                heart?.Beat();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // the state stays as it was before this input
                StepFailed(log, e, Group.Value, InputLine.Of(input));
            }
        }
    }

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "{Group}: input {Input} was left out, the state is as before; report this as a defect")]
    private static partial void StepFailed(ILogger log, Exception e, string group, string input);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "{Group}: the inbox holds {Most} inputs and takes no more; the machine is too slow for the load")]
    private static partial void InboxFull(ILogger log, string group, int most);
}
