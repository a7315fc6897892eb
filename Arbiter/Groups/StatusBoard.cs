using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>Puts the pictures of all groups together. Readers get immutable values and never wait for a writer.</summary>
internal sealed class StatusBoard : IStatusBoard
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<GroupName, (GroupState State, TimeSpan At)> _groups = [];
    private ClusterStatus _current = new(0, false, GroupState.NotReachedYet, [], []);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterStatus Current => Volatile.Read(ref _current);

    public async Task<ClusterStatus> Newer(long version, CancellationToken stopping)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_current.Version > version) return _current;
                changed = _changed.Task;
            }
            await changed.WaitAsync(stopping);
        }
    }

    public void Set(GroupState state, TimeSpan now)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _groups[state.Rules.Group] = (state, now);
            var nodes = _groups.Values.SelectMany(g => g.State.Members).GroupBy(m => m.Node).OrderBy(g => g.Key)
                .Select(g => Node(g.OrderByDescending(m => m.HeardAt).First(), now));
            Volatile.Write(ref _current, new ClusterStatus(
                _current.Version + 1, state.BusConnected, state.BusReason, [.. _groups.Values.Select(g => Group(g.State, now))], [.. nodes]));
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }

    private static NodeStatus Node(MemberView m, TimeSpan now) => new()
    {
        Node = m.Node,
        Age = m.Event is null ? null : m.Age(now),
        Stale = !m.Fresh(now),
        Event = m.Event,
    };

    private static GroupStatus Group(GroupState state, TimeSpan now)
    {
        var facts = new Facts(state, now);
        return new GroupStatus
        {
            Group = state.Rules.Group,
            Vips = [.. state.Rules.Policy.Vips],
            Mode = state.Rules.Mode,
            Assignment = state.Assignment,
            Masters = [.. facts.Masters.Select(m => m.Node)],
            Standby = state.Standby,
            StandbyReady = facts.Ready is not null,
            Decision = state.Decision.Row,
            Because = state.Decision.Would is { } would ? $"{state.Decision.Sentence}; {would}" : state.Decision.Sentence,
            Diagnoses = [.. state.Findings.Where(d => d.Key[0] != Core.Diagnoses.Noted)
                .Select(d => new Diagnosis(d.Value.Name, d.Value.Weight.ToString().ToLowerInvariant(), d.Value.Text, now - d.Value.Since))],
            Members = [.. state.Members.Select(m => new MemberStatus
            {
                Node = m.Node,
                Preference = m.Member.Preference,
                Wanted = state.Wanted.GetValueOrDefault(m.Node)?.Role,
                Age = m.Event is null ? null : m.Age(now),
                Stale = !m.Fresh(now),
                Reading = m.Reading,
            })],
        };
    }
}
