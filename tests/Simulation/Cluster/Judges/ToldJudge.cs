using System.Globalization;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>
/// N1, N2, N3 and H4, per receiver; what is not recorded (number 0) is told beside them.
/// <list type="bullet">
/// <item>N1: what is delivered had been recorded by a majority, with the same id, type, group and epoch; and when an event of a group is delivered for the first time, all recorded before it in
/// that group are delivered or named in an <c>events_coalesced</c> that was. A receiver begins with the first event it gets. An event that is not in the value a new generation goes on with is lost with the majority that had it.</item>
/// <item>N2: the first deliveries of a group come by rising (generation, number), so a clearing never comes before its raising; epochs of decisions rise with them.</item>
/// <item>N3: one event has one id, and a receiver gets it once, and once more at most under the leader of that time and under each later one, and four times more for each of its own faults since.</item>
/// <item>H4: at the end, healed for <see cref="Bound"/>, everything recorded until <see cref="Bound"/> before is delivered.</item>
/// </list>
/// </summary>
internal sealed class ToldJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly ClusterFaultSet s_receiver = ClusterFaultSet.Of(ClusterFault.ReceiverDown, ClusterFault.ReceiverSlow, ClusterFault.BrokerDown, ClusterFault.BrokerBlocked, ClusterFault.ConfirmLost);

    private readonly SortedDictionary<(long Generation, long Number), Noted> _recorded = [];
    private readonly SortedDictionary<string, Desk> _desks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<(long Generation, long Number)>> _ofGroup = new(StringComparer.Ordinal);
    private readonly HashSet<(long, long)> _lost = [];
    /// <summary>By the id of the event that tells of them.</summary>
    private readonly HashSet<string> _leaders = new(StringComparer.Ordinal);
    private int _faults;

    /// <param name="Leaders">So many there had been.</param>
    /// <param name="Faults">So many of receivers and the broker were over.</param>
    private sealed record Noted(TimeSpan At, RecordedEvent Event, int Leaders, int Faults);

    public override void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive) => _leaders.Add(EventIds.Leader(order.Cluster, order.Generation, order.Term));

    public override void FaultBegan(TimeSpan now, ActiveFault fault)
    {
        if (s_receiver.Has(fault.Fault)) _faults++;
    }

    public override void EventRecorded(TimeSpan now, RecordedEvent recorded)
    {
        if (recorded.Number == 0) return;
        var key = (recorded.Generation, recorded.Number);
        if (_recorded.TryGetValue(key, out var other) && other.Event.Id != recorded.Id)
            throw Broken("N3", $"event {recorded.Generation}/{recorded.Number} is {other.Event.Id} and {recorded.Id}");
        if (!_recorded.TryAdd(key, new Noted(now, recorded, _leaders.Count, _faults - troubles.Active.Count(f => s_receiver.Has(f.Fault))))) return;
        if (!_ofGroup.TryGetValue(recorded.Group ?? "", out var list)) _ofGroup.Add(recorded.Group ?? "", list = []);
        list.Add(key);
        if (recorded.Type == EventTypes.LeaderChanged) _leaders.Add(recorded.Id);
    }

    /// <summary>What has left the ring is told as coalesced, by its number, or was told before.</summary>
    public override void GenerationBegan(TimeSpan now, long generation, Outbox goesOn)
    {
        var known = goesOn.Events.Select(e => (e.Generation, e.Number)).ToHashSet();
        var ring = goesOn.Events.IsEmpty ? goesOn.Last + 1 : goesOn.Events[0].Number;
        foreach (var key in _recorded.Keys)
            if (key.Generation < generation && key.Number >= ring && !known.Contains(key)) _lost.Add(key);
    }

    public override void Delivered(TimeSpan now, string receiver, RecordedEvent told)
    {
        if (told.Number == 0 || told.Type == EventTypes.Test) return;
        if (!_desks.TryGetValue(receiver, out var desk)) _desks.Add(receiver, desk = new Desk());
        if (told.Type == EventTypes.EventsCoalesced)
        {
            desk.Coalesce(told);
            return;
        }
        var key = (told.Generation, told.Number);
        if (!_recorded.TryGetValue(key, out var recorded)) throw Broken("N1", $"{receiver} was told {told.Id} ({told.Generation}/{told.Number}), which no majority had recorded");
        var same = recorded.Event;
        if (same.Id != told.Id || same.Type != told.Type || same.Group != told.Group || same.Epoch != told.Epoch)
            throw Broken("N3", $"{receiver} was told {told.Id} ({told.Type}) as {told.Generation}/{told.Number}, which is {same.Id} ({same.Type})");
        var count = desk.Count(key, told.Id);
        if (count > 1)
        {
            var (leaders, faults) = (1 + _leaders.Count - recorded.Leaders, _faults - recorded.Faults);
            var most = 1 + leaders + faults * 4;
            if (count > most && !troubles.Any(s_receiver, now - TimeSpan.FromSeconds(30))) throw Broken("N3", $"{receiver} was told {told.Id} {count} times, under {leaders} leaders");
            return;
        }
        var group = told.Group ?? "";
        if (desk.Newest.TryGetValue(group, out var newest) && newest.CompareTo(key) > 0)
            throw Broken("N2", $"{receiver} was told {told.Id} ({told.Generation}/{told.Number}) after {newest.Generation}/{newest.Number} of the same group");
        if (desk.First is { } first) Whole(receiver, desk, group, desk.Newest.GetValueOrDefault(group, first), key);
        else desk.First = key;
        desk.Newest[group] = key;
    }

    public override void Healed(TimeSpan now, TimeSpan since, WorldPicture picture)
    {
        if (since < Bound) return;
        foreach (var receiver in settings.Receivers)
        {
            var desk = _desks.GetValueOrDefault(receiver);
            foreach (var (key, noted) in _recorded)
            {
                var (at, what) = (noted.At, noted.Event);
                if (now - at < Bound || _lost.Contains(key) || desk is not null && (desk.First is not { } first || key.CompareTo(first) < 0 || desk.Has(key, _recorded[key].Event.Id))) continue;
                throw Broken("H4", $"{receiver} was never told {what.Id} ({key.Generation}/{key.Number}), recorded {(now - at).TotalSeconds:0} s ago, though everything works for {since.TotalSeconds:0} s");
            }
        }
    }

    /// <summary>Nothing of the group was passed over.</summary>
    private void Whole(string receiver, Desk desk, string group, (long, long) after, (long, long) until)
    {
        var list = _ofGroup[group];
        for (var i = list.Count - 1; i >= 0 && list[i].CompareTo(after) > 0; i--)
        {
            var key = list[i];
            if (key.CompareTo(until) >= 0 || desk.Has(key, _recorded[key].Event.Id) || _lost.Contains(key)) continue;
            throw Broken("N1", $"{receiver} was told {until.Item1}/{until.Item2} and never {_recorded[key].Event.Id} ({key.Generation}/{key.Number}) before it");
        }
    }

    private sealed class Desk
    {
        private readonly Dictionary<(long, long), int> _counts = [];
        private readonly HashSet<long> _coalesced = [];
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

        /// <summary>By group, the newest that was delivered.</summary>
        public SortedDictionary<string, (long Generation, long Number)> Newest { get; } = new(StringComparer.Ordinal);
        public (long Generation, long Number)? First { get; set; }

        public int Count((long, long) key, string id)
        {
            _ids.Add(id);
            return _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }

        /// <summary>A transition that a lost majority had recorded is recorded again under another number, and is the same one.</summary>
        public bool Has((long Generation, long Number) key, string id) => _counts.ContainsKey(key) || _ids.Contains(id) || _coalesced.Contains(key.Number);

        public void Coalesce(RecordedEvent told)
        {
            foreach (var range in (told.To ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries))
            {
                var ends = range.Split('-');
                var (first, last) = (Number(ends[0]), Number(ends[^1]));
                for (var n = first; n <= last && n - first < 100_000; n++) _coalesced.Add(n);
            }
        }

        private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
