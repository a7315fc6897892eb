using Arbiter.Core;
using Arbiter.Journal;
using Arbiter.Orders;
using Arbiter.Quorum;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>
/// One turn of a group: asks the core, journals the step, hands the effects out. Their results come back as inputs. Neither thread nor
/// queue: <see cref="GroupLoop"/> gives it the inputs as they come, a simulator as it likes. Not for two threads.
/// </summary>
/// <param name="show">Takes the state for readers: after each step that changed something, and at least once a second.</param>
internal sealed partial class GroupTurns(
    GroupRules rules, IRegister register, IOrders orders, StepJournal journal, Action<GroupState, TimeSpan> show, ProcessClock clock, ILogger log,
    IRecorder? recorder = null, IEnumerable<IStepWitness>? witnesses = null, IReadOnlyList<IMoveAnswers>? answers = null)
{
    /// <summary>Between two log lines about those who look on: what fails once may fail with every tick.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShowEvery = TimeSpan.FromSeconds(1);

    private readonly IStepWitness[] _witnesses = [.. witnesses ?? []];
    private TimeSpan _shownAt = TimeSpan.MinValue;
    private TimeSpan? _tookAt;
    private TimeSpan? _failedAt;

    public GroupName Group => rules.Group;

    public GroupState State { get; private set; } = GroupState.Start(rules);

    public bool Has(NodeId node)
    {
        foreach (var member in rules.Members)
            if (member.Node == node) return true;
        return false;
    }

    /// <exception cref="Exception">A defect: the state stays as it was before this input.</exception>
    public void Take(Input input)
    {
        // the tick comes five times a second: such a gap is a process that stood still, and messages that waited for it look as if they were of now
        if (_tookAt is { } last && input.At - last > GroupRules.TiltGap) Advance(new Input.WasAway(input.At, input.At - last));
        if (_tookAt is null || input.At > _tookAt) _tookAt = input.At;
        Advance(input);
    }

    public void Show(TimeSpan now)
    {
        _shownAt = now;
        show(State, now);
    }

    private void Advance(Input input)
    {
        var before = State;
        var step = Arbitration.Advance(before, input);
        State = step.State;
        // before anything is asked of the register: what was looked at is known when the answer comes
        foreach (var witness in _witnesses) Beside(() => witness.Saw(input, step), input);
        var speaker = new SpeakerToken(State.Generation, State.Term);
        foreach (var effect in step.Effects) Do(effect, speaker);
        journal.Write(before, input, step);
        if (recorder is not null) Beside(() => recorder.Look(State, input.At), input);
        if (input is not Input.Tick || !step.Effects.IsEmpty || before.Decision.Row != step.Decision.Row || input.At - _shownAt >= ShowEvery)
            Show(input.At);
    }

    /// <summary>Who only looks on must not cost the step its effects: the state has moved on already, and an order left out would be missed for good.</summary>
    private void Beside(Action look, Input input)
    {
        try
        {
            look();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (_failedAt is { } last && input.At - last < s_quiet) return;
            _failedAt = input.At;
            LookFailed(log, e, Group.Value, InputLine.Of(input));
        }
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
        if (!State.Leading) return;
        Said(log, LogLevel.Information, Group.Value, answer.Begun ? "MoveBegun" : "MoveRefused", $"{answer.Request.Kind} {answer.Request.Why}: {answer.Text}");
        foreach (var asker in answers ?? []) Beside(() => asker.Answered(Group, answer.Request, answer.Begun, answer.Text), new Input.Tick(clock.Now));
    }

    [LoggerMessage(EventId = 2001, Message = "{Group}: {Code}: {Text}")]
    private static partial void Said(ILogger log, LogLevel level, string group, string code, string text);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Error, Message = "{Group}: who looks on failed over {Input}; what was decided is carried out all the same; report this as a defect")]
    private static partial void LookFailed(ILogger log, Exception e, string group, string input);
}
