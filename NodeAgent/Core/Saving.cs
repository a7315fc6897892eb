using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// What is obeyed reaches the disk: before a role that raises is carried out, after one that lowers. One request at a time; a failed one
/// is tried again after a second, and meanwhile nothing is raised. A fence never waits for a disk.
/// </summary>
internal static class Saving
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    public static AgentState Request(AgentState state, Turn turn)
    {
        if (state.Persisting is not null || turn.Now < state.PersistRetryAt) return state;
        var due = false;
        // with each input: nothing is made as long as all is saved
        foreach (var (_, group) in state.Groups) due |= !IsSaved(group, state.BootId);
        if (!due) return state;
        var records = ImmutableSortedDictionary.CreateBuilder<GroupName, ObeyedRecord>();
        foreach (var (name, group) in state.Groups)
            if (Record(group, state.BootId) is { } record) records.Add(name, record);
        var request = new PersistInFlight(state.PersistRequest + 1, records.ToImmutable());
        turn.Effects.Add(new Effect.Persist(request.Request, request.Records));
        return state with { PersistRequest = request.Request, Persisting = request };
    }

    public static AgentState Settle(AgentState state, Input.Persisted persisted, Turn turn)
    {
        if (state.Persisting is not { } request || request.Request != persisted.Request) return state;
        var fault = persisted.Error is null ? null : $"persist: {persisted.Error}";
        if (fault is not null && state.Groups.Values.All(g => g.PersistFault != fault))
            turn.Say(Severity.Error, "PersistFailed", $"what is obeyed cannot be saved, so nothing is raised: {persisted.Error}");
        var groups = state.Groups.ToImmutableSortedDictionary(g => g.Key, g => g.Value with
        {
            PersistFault = fault,
            Saved = fault is null ? request.Records.GetValueOrDefault(g.Key) : g.Value.Saved,
        });
        return state with { Persisting = null, Groups = groups, PersistRetryAt = fault is null ? default : turn.Now + s_retry };
    }

    private static bool IsSaved(GroupState group, string bootId) =>
        group.Order is not { } order || group.Saved is { } saved && saved.Generation == order.Generation && saved.Term == order.Term && saved.Epoch == order.Epoch
        && saved.Role == order.Role && saved.BootId == bootId && (ReferenceEquals(saved.Policy, order.Policy) || saved.Policy == order.Policy);

    private static ObeyedRecord? Record(GroupState group, string bootId) => group.Order is not { } order ? group.Saved : new ObeyedRecord
    {
        Generation = order.Generation,
        Term = order.Term,
        Epoch = order.Epoch,
        Role = order.Role,
        Policy = order.Policy,
        BootId = bootId,
    };
}
