using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <param name="EpochOf">The epoch that stands for a group; 0 without one.</param>
/// <param name="Utc">For people only.</param>
public sealed record OutboxContext(ClusterName Cluster, long Generation, Func<string, long> EpochOf, DateTimeOffset Utc);

/// <summary>
/// A change of the outbox that may be wished again and again: applied twice it changes nothing the second time. So nobody waits for an
/// answer; whoever wished looks at what stands and wishes again when it is not there.
/// </summary>
public abstract record OutboxWish
{
    private OutboxWish() { }

    /// <summary>False: it can wait for the next renewal of the lease (1.5 s).</summary>
    public virtual bool Urgent => true;

    /// <summary>Pure. Returns the same object when there is nothing to change.</summary>
    public abstract Outbox Apply(Outbox box, OutboxContext context);

    /// <summary>Transitions of keepalived as agents reported them; those already recorded are left out.</summary>
    public sealed record Transitions(GroupName Group, ImmutableArray<ObservedTransition> Observed) : OutboxWish
    {
        public override Outbox Apply(Outbox box, OutboxContext context)
        {
            var group = Group.Value;
            foreach (var t in Observed.OrderBy(t => t.Utc).ThenBy(t => t.Counter))
            {
                var seen = box.SeenOf(group, t.Node.Value);
                var same = seen?.Boot == SeenRole.Short(t.BootId);
                if (same && t.Counter <= seen!.Counter) continue;
                box = box.Append(new RecordedEvent
                {
                    Number = 0, Generation = 0,
                    Id = EventIds.Transition(context.Cluster, Group, t.Node, t.BootId, t.Counter),
                    Type = EventTypes.RoleChanged,
                    Severity = t.Role is VrrpRole.Backup ? Severities.Info : Severities.Warning,
                    Group = group, Node = t.Node.Value, Epoch = context.EpochOf(group),
                    From = same ? seen!.Role : null,
                    To = Word(t.Role),
                    Reason = same ? $"keepalived of {t.Node} went from {seen!.Role} to {Word(t.Role)}" : $"keepalived of {t.Node} is {Word(t.Role)}",
                    Utc = t.Utc,
                }, context.Generation);
                var nodes = box.Seen.GetValueOrDefault(group) ?? Outbox.Nothing<SeenRole>();
                box = box with { Seen = box.Seen.SetItem(group, nodes.SetItem(t.Node.Value, new SeenRole(SeenRole.Short(t.BootId), t.Counter, Word(t.Role)))) };
            }
            return box;
        }

        private static string Word(VrrpRole role) => role.ToString().ToUpperInvariant();
    }

    /// <summary>The diagnoses that are active in a group now, all of them: what is new is raised, what is gone is cleared.</summary>
    public sealed record Diagnoses(GroupName Group, ImmutableArray<OpenDiagnosis> Active) : OutboxWish
    {
        public override Outbox Apply(Outbox box, OutboxContext context)
        {
            var open = box.Open.GetValueOrDefault(Group.Value, []);
            var raised = Active.Where(a => !open.Any(o => o.Key == a.Key)).ToArray();
            var cleared = open.Where(o => !Active.Any(a => a.Key == o.Key)).ToArray();
            if (raised.Length == 0 && cleared.Length == 0) return box;
            foreach (var d in cleared) box = Tell(box, d, EventTypes.DiagnosisCleared, Severities.Info, context);
            foreach (var d in raised) box = Tell(box, d, EventTypes.DiagnosisRaised, d.Severity, context);
            ImmutableArray<OpenDiagnosis> stay = [.. open.Where(o => !cleared.Contains(o)), .. raised];
            return box with { Open = stay.IsEmpty ? box.Open.Remove(Group.Value) : box.Open.SetItem(Group.Value, stay) };
        }

        private Outbox Tell(Outbox box, OpenDiagnosis d, string type, string severity, OutboxContext context) => box.Append(new RecordedEvent
        {
            Number = 0, Generation = 0,
            Id = EventIds.Numbered(context.Cluster, Group, context.Generation, box.Last + 1, type),
            Type = type, Severity = severity, Group = Group.Value,
            Node = d.Key.Split(' ') is [_, var node] ? node : null,
            Epoch = context.EpochOf(Group.Value), To = d.Key.Split(' ')[0], Reason = d.Text, Utc = context.Utc,
        }, context.Generation);
    }

    /// <summary>How far a receiver got. Numbers only ever become settled, so the order of two such wishes does not matter.</summary>
    public sealed record Progress(string Receiver, ImmutableArray<long> Settled, ImmutableArray<DeadLetter> Dead) : OutboxWish
    {
        public override bool Urgent => false;

        public override Outbox Apply(Outbox box, OutboxContext context)
        {
            if (box.Receivers.GetValueOrDefault(Receiver) is not { } was) return box;
            var fresh = Settled.Where(n => n <= box.Last && !was.Settled(n)).ToArray();
            // a letter comes with the wish that settles its number: one whose number is settled already was counted with it
            var dead = Dead.Where(d => d.Number <= box.Last && !was.Settled(d.Number)).DistinctBy(d => d.Number).ToArray();
            if (fresh.Length == 0 && dead.Length == 0) return box;
            var done = was.Done.Concat(fresh).Distinct().Order().ToList();
            var cursor = was.Cursor;
            while (done.Count > 0 && (done[0] <= cursor + 1 || done.Count > ReceiverProgress.MaxDone))
            {
                cursor = Math.Max(cursor, done[0]);
                done.RemoveAt(0);
            }
            var next = new ReceiverProgress(cursor, [.. done], [.. was.Dead.Concat(dead).TakeLast(ReceiverProgress.MaxDead)], was.DeadTotal + dead.Length);
            return box with { Receivers = box.Receivers.SetItem(Receiver, next) };
        }
    }

    /// <summary>A dead letter that was delivered after all, by hand: it stands on the list no more. That it was given up once stays counted.</summary>
    public sealed record Redelivered(string Receiver, long Number) : OutboxWish
    {
        public override bool Urgent => false;

        public override Outbox Apply(Outbox box, OutboxContext context)
        {
            if (box.Receivers.GetValueOrDefault(Receiver) is not { } was || was.Dead.All(d => d.Number != Number)) return box;
            return box with { Receivers = box.Receivers.SetItem(Receiver, was with { Dead = was.Dead.RemoveAll(d => d.Number == Number) }) };
        }
    }

    /// <summary>The receivers of the leader's configuration. A new one begins with what happens from now on; one that is gone is forgotten only when there are too many.</summary>
    public sealed record Receivers(ImmutableArray<string> Names) : OutboxWish
    {
        public override Outbox Apply(Outbox box, OutboxContext context)
        {
            var missing = Names.Where(n => !box.Receivers.ContainsKey(n)).ToArray();
            if (missing.Length == 0) return box;
            var receivers = box.Receivers;
            foreach (var gone in receivers.Keys.Where(n => !Names.Contains(n)).Take(receivers.Count + missing.Length - Outbox.MaxReceivers).ToArray())
                receivers = receivers.Remove(gone);
            foreach (var name in missing) receivers = receivers.Add(name, new ReceiverProgress(box.Last, [], [], 0));
            return box with { Receivers = receivers };
        }
    }

    /// <summary>An event with an id of its own, told unless it is in the ring already.</summary>
    public sealed record Note(RecordedEvent What) : OutboxWish
    {
        public override Outbox Apply(Outbox box, OutboxContext context) => box.Holds(What.Id) ? box : box.Append(What, context.Generation);
    }

    /// <summary>
    /// Schedules that the leader's configuration has and the register has not: what came before this is nobody's business. A schedule
    /// that is known stays as it is, so a new leader finds what was due while nobody led.
    /// </summary>
    public sealed record Scheduled(ImmutableArray<Firing> From) : OutboxWish
    {
        public override bool Urgent => false;

        public override Outbox Apply(Outbox box, OutboxContext context) =>
            From.Where(f => !box.Fired.ContainsKey(f.Schedule)).Aggregate(box, (b, f) => f.Spend(b));
    }

    /// <summary>A schedule whose time came and that moved nothing, and why; nothing when that time was used up already.</summary>
    public sealed record Missed(Firing Firing, GroupName Group, string Reason) : OutboxWish
    {
        public override Outbox Apply(Outbox box, OutboxContext context)
        {
            if (Firing.IsSpent(box)) return box;
            return Firing.Spend(box).Append(new RecordedEvent
            {
                Number = 0, Generation = 0,
                Id = EventIds.Schedule(context.Cluster, Group, Firing),
                Type = EventTypes.ScheduleMissed, Severity = Severities.Warning, Group = Group.Value,
                Epoch = context.EpochOf(Group.Value), To = Firing.Schedule, Reason = Reason, Utc = context.Utc,
            }, context.Generation);
        }
    }
}

/// <summary>A transition of keepalived with its time on this arbiter's clock.</summary>
public sealed record ObservedTransition(NodeId Node, string BootId, long Counter, VrrpRole Role, DateTimeOffset Utc);
