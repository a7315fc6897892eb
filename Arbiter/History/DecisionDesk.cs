using System.Collections.Concurrent;
using System.Text.Json;
using Arbiter.Core;
using Arbiter.Groups;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.History;

/// <summary>
/// Keeps, per group, the newest state, what the last wishes looked at, and the decision that is being followed. Its record is handed out
/// when the decision is complete, 10 s have passed, the next decision came, or this replica leads no more.
/// </summary>
internal sealed class DecisionDesk(ProcessClock clock) : IStepWitness, IExplainer
{
    /// <summary>Wishes of one group that the register may still answer.</summary>
    private const int MostWishes = 4;

    private sealed class Slot
    {
        public readonly Lock Gate = new();
        public readonly Queue<(Proposal Proposal, string Json)> Wishes = new();
        public GroupState? State;
        public MoveTrace? Trace;
    }

    private readonly ConcurrentDictionary<GroupName, Slot> _slots = new();

    /// <summary>Group, epoch, record as JSON. From the group's loop: returns at once.</summary>
    public event Action<string, long, string>? Ended;

    public void Saw(Input input, Step step)
    {
        var state = step.State;
        var slot = _slots.GetOrAdd(state.Rules.Group, _ => new Slot());
        lock (slot.Gate)
        {
            slot.State = state;
            if (slot.Trace is { } trace)
            {
                slot.Trace = trace = trace.Take(state, input);
                if (trace.End(state, input.At) is { } end) Close(slot, trace, end, input.At);
            }
            foreach (var effect in step.Effects)
            {
                if (effect is not Effect.Propose { Proposal: var proposal }) continue;
                var said = Explaining.Of(state, step.Decision, proposal, input.At);
                slot.Wishes.Enqueue((proposal, JsonSerializer.Serialize(said, HistoryJson.Default.Explanation)));
                if (slot.Wishes.Count > MostWishes) slot.Wishes.Dequeue();
                if (slot.Trace is { } open) Close(slot, open, "superseded", input.At);
                slot.Trace = MoveTrace.Start(state, proposal, input.At);
            }
        }
    }

    /// <summary>What this replica looked at before it wished for this decision; null: another replica decided.</summary>
    public string? DetailOf(RecordedEvent what)
    {
        if (what.Type != EventTypes.DecisionMade || !GroupName.TryParse(what.Group, out var group) || !_slots.TryGetValue(group, out var slot)) return null;
        lock (slot.Gate)
            return slot.Wishes.LastOrDefault(w => w.Proposal.Holder.Value == what.To && w.Proposal.Reason.StartsWith(what.Reason, StringComparison.Ordinal) && w.Proposal.ExpectedEpoch < what.Epoch).Json;
    }

    public Explanation? Now(GroupName group)
    {
        if (!_slots.TryGetValue(group, out var slot)) return null;
        lock (slot.Gate) return slot.State is { } s ? Explaining.Of(s, s.Decision, s.InFlight?.Proposal, clock.Now) : null;
    }

    public MoveOutcome? SoFar(GroupName group, long epoch)
    {
        if (!_slots.TryGetValue(group, out var slot)) return null;
        lock (slot.Gate) return slot.Trace is { } t && t.Epoch == epoch ? t.Tell("running", clock.Now) : null;
    }

    /// <summary>This program stops: what is known is written now or never.</summary>
    public void CloseAll()
    {
        foreach (var slot in _slots.Values)
            lock (slot.Gate)
                if (slot.Trace is { } open) Close(slot, open, "stopped", clock.Now);
    }

    private void Close(Slot slot, MoveTrace trace, string end, TimeSpan now)
    {
        slot.Trace = null;
        if (trace.Epoch == 0) return;
        Ended?.Invoke(trace.Proposal.Group.Value, trace.Epoch, JsonSerializer.Serialize(trace.Tell(end, now), HistoryJson.Default.MoveOutcome));
    }
}
