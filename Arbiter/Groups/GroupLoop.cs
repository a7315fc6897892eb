using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Hosting;
using Arbiter.Journal;
using Arbiter.Orders;
using Arbiter.Quorum;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>
/// One group: takes an input, asks the core, journals the step, hands the effects out. Their results come back as inputs.
/// The only writer of the group's state.
/// </summary>
internal sealed partial class GroupLoop(
    GroupRules rules, IRegister register, IOrders orders, StepJournal journal, StatusBoard board, ProcessClock clock, ILogger<GroupLoop> log,
    ILiveness? liveness = null, IRecorder? recorder = null, IEnumerable<IStepWitness>? witnesses = null,
    IReadOnlyList<IMoveAnswers>? answers = null)
{
    private const int InboxMost = 1024;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShowEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<Input> _inbox = Channel.CreateBounded<Input>(new BoundedChannelOptions(InboxMost) { SingleReader = true });
    private readonly IStepWitness[] _witnesses = [.. witnesses ?? []];
    private GroupState _state = GroupState.Start(rules);
    private TimeSpan _shownAt = TimeSpan.MinValue;
    private TimeSpan? _tookAt;
    private long _dropped;

    public GroupName Group => rules.Group;

    public bool Has(NodeId node) => rules.Members.Any(m => m.Node == node);

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
        Show(clock.Now);
        // the tick comes five times a second: a loop that is silent for longer has stopped deciding
        using var heart = liveness?.Register($"group {Group}", s_deadline);
        await foreach (var input in _inbox.Reader.ReadAllAsync(stopping))
        {
            try
            {
                Take(input);
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

    private void Take(Input input)
    {
        // the tick comes five times a second: such a gap is a process that stood still, and messages that waited for it look as if they were of now
        if (_tookAt is { } last && input.At - last > GroupRules.TiltGap) Advance(new Input.WasAway(input.At, input.At - last));
        if (_tookAt is null || input.At > _tookAt) _tookAt = input.At;
        Advance(input);
    }

    private void Advance(Input input)
    {
        var before = _state;
        var step = Arbitration.Advance(before, input);
        _state = step.State;
        // before anything is asked of the register: what was looked at is known when the answer comes
        foreach (var witness in _witnesses) witness.Saw(input, step);
        var speaker = new SpeakerToken(_state.Generation, _state.Term);
        foreach (var effect in step.Effects) Do(effect, speaker);
        journal.Write(before, input, step);
        recorder?.Look(_state, input.At);
        if (input is not Input.Tick || !step.Effects.IsEmpty || before.Decision.Row != step.Decision.Row || input.At - _shownAt >= ShowEvery)
            Show(input.At);
    }

    private void Do(Effect effect, SpeakerToken speaker)
    {
        switch (effect)
        {
            case Effect.Propose e: register.Propose(e.Proposal); break;
            case Effect.Order e: orders.Want(speaker, e.Node, Group, e.Wanted); break;
            case Effect.Withdraw e: orders.Want(speaker, e.Node, Group, null); break;
            case Effect.RequestReport e: orders.RequestReport(e.Node); break;
            case Effect.AnswerMove e: Answer(e); break;
            case Effect.Say { Weight: Weight.Error } e: Said(log, LogLevel.Error, Group.Value, e.Code, e.Text); break;
            case Effect.Say { Weight: Weight.Warning } e: Said(log, LogLevel.Warning, Group.Value, e.Code, e.Text); break;
            case Effect.Say e: Said(log, LogLevel.Information, Group.Value, e.Code, e.Text); break;
            default: throw new InvalidOperationException($"unknown effect {effect.GetType().Name}");
        }
    }

    private void Answer(Effect.AnswerMove answer)
    {
        // a follower is asked too, and the leader's answer is the one that counts
        if (!_state.Leading) return;
        Said(log, LogLevel.Information, Group.Value, answer.Begun ? "MoveBegun" : "MoveRefused", $"{answer.Request.Kind} {answer.Request.Why}: {answer.Text}");
        foreach (var asker in answers ?? []) asker.Answered(Group, answer.Request, answer.Begun, answer.Text);
    }

    private void Show(TimeSpan now)
    {
        _shownAt = now;
        board.Set(_state, now);
    }

    [LoggerMessage(EventId = 2001, Message = "{Group}: {Code}: {Text}")]
    private static partial void Said(ILogger log, LogLevel level, string group, string code, string text);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "{Group}: input {Input} was left out, the state is as before; report this as a defect")]
    private static partial void StepFailed(ILogger log, Exception e, string group, string input);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "{Group}: the inbox holds {Most} inputs and takes no more; the machine is too slow for the load")]
    private static partial void InboxFull(ILogger log, string group, int most);
}
