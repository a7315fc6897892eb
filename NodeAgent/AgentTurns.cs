using Contracts.Hosting;
using NodeAgent.Core;
using NodeAgent.Reporting;

namespace NodeAgent;

/// <summary>
/// One turn of the agent: asks the core, carries the effects out, files first. Neither thread nor queue: <see cref="AgentLoop"/> gives it the
/// inputs as they come, a simulator as it likes. Not for two threads, and not to be called from the hands.
/// </summary>
internal sealed class AgentTurns(AgentState state, ProcessClock clock, Reporter reporter, IAgentHands hands, IStepWatch? watch)
{
    private static readonly TimeSpan s_readFiles = TimeSpan.FromSeconds(1);
    private TimeSpan _tickedAt;
    private TimeSpan _filesReadAt;

    public AgentState State { get; private set; } = state;

    /// <summary>An input as it is; its time is the caller's.</summary>
    public void Step(Input input)
    {
        var before = State;
        var step = AgentCore.Advance(before, input);
        State = step.State;
        // keepalived first: what is said of a fence (log, signature, broker) costs more than the fence
        foreach (var effect in step.Effects)
            if (effect is Effect.Write write) hands.Write(write);
        foreach (var effect in step.Effects) CarryOut(effect);
        watch?.Stepped(before, input, State);
    }

    /// <summary>An input that comes now, after the tick if that is due: how late this loop is must be known before a sample taken meanwhile is judged.</summary>
    public void Take(Input input)
    {
        // the timer's own word counts a little early, too: left out, it would make this loop look late by nearly an interval
        if (clock.Now - _tickedAt >= (input is Input.Tick ? AgentCore.TickInterval / 2 : AgentCore.TickInterval)) Tick();
        if (input is not Input.Tick) Step(input with { At = clock.Now });
    }

    private void Tick()
    {
        var now = clock.Now;
        _tickedAt = now;
        Step(new Input.Tick(now));
        if (now - _filesReadAt >= s_readFiles)
        {
            _filesReadAt = now;
            foreach (var group in State.Groups.Values)
                if (hands.LookAt(group, now) is { } seen) Step(seen);
        }
        hands.Ticked(now);
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.Persist persist:
                hands.Persist(persist);
                break;
            case Effect.PublishHealth health:
                reporter.Publish(health.Event);
                break;
            case Effect.PublishRole role:
                reporter.Publish(role.Role);
                break;
            case Effect.PublishResult result:
                reporter.Publish(result.Result);
                break;
            case Effect.RepeatProbe repeat:
                hands.Repeat(repeat.Probe);
                break;
            case Effect.AskService ask:
                hands.Ask(ask.Group, ask.Address);
                break;
            case Effect.Say say:
                hands.Say(say);
                break;
        }
    }
}
