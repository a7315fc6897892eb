using System.Numerics;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>What processes believe and say, held against what is true.</summary>
internal sealed partial class Truth
{
    private readonly Dictionary<Process, TimeSpan> _lawfulUntil = [];

    /// <summary>A value of this process stands: it may speak for a lease from before it first sent that ballot, on its own clock.</summary>
    private void Lawful(Sent sent)
    {
        if (sent.By.Proposer != sent.Ballot.Proposer || sent.Value.Leader != sent.By.Name || !_firstSent.TryGetValue((sent.By.Proposer, sent.Ballot), out var since)) return;
        var until = since + settings.Lease;
        if (until > _lawfulUntil.GetValueOrDefault(sent.By, TimeSpan.MinValue)) _lawfulUntil[sent.By] = until;
    }

    /// <summary>Until when, on its own clock, a process may speak by what a majority took.</summary>
    public TimeSpan LawfulUntil(Process process) => _lawfulUntil.TryGetValue(process, out var until) ? until - settings.Guard : -TimeSpan.FromDays(1);

    /// <summary>L1, L2 and the part of R4 that a process can get wrong: whoever speaks has a majority behind it, in time, and is alone.</summary>
    public void Advanced(Process process, ReadOnlySpan<Process?> all, TimeSpan now)
    {
        var until = process.Lease.SpeakUntil;
        if (until == TimeSpan.MinValue) return;
        // a process that no majority ever believed may speak until long before it was born
        var none = -TimeSpan.FromDays(1);
        var lawful = _lawfulUntil.GetValueOrDefault(process, none);
        if (until > lawful - settings.Guard && process.Local(now) < until)
            Break("L2", lawful == none ? $"{process.Name} speaks, and no majority ever took a value of it"
                : $"{process.Name} speaks until {until.TotalSeconds:0.000} on its clock; its lease justifies {(lawful - settings.Guard).TotalSeconds:0.000}");
        if (!process.MaySpeak(now)) return;
        foreach (var other in all)
            if (other is not null && other != process && other.Alive && other.Lease.SpeakUntil is var its && its > TimeSpan.MinValue && other.Local(now) < (its > TimeSpan.FromDays(30) ? its : its + settings.Guard))
                Break("L1", $"{process.Name} speaks while the lease of {other.Name} runs for another {(other.Real(its > TimeSpan.FromDays(30) ? its : its + settings.Guard) - now).TotalMilliseconds:0} ms");
    }

    public void Told(Process process, RegisterEvent told)
    {
        switch (told)
        {
            case RegisterEvent.Gained gained:
                if (gained.Generation > _generation) Gained(process, gained);
                Lead(gained.Generation, gained.Term, process.Name);
                Known(process, gained.Assignments.Values);
                process.Known = gained.Assignments;
                break;
            case RegisterEvent.Observed observed:
                Known(process, observed.Assignments.Values);
                process.Known = observed.Assignments;
                break;
            case RegisterEvent.Settled { Outcome: ProposalOutcome.Committed } settled:
                if (!_recorded.Contains(settled.Proposal.Reason)) Break("S1", $"{settled.Proposal.Reason} was told as committed, and no majority has it");
                if (ReasonsRepeat) Known(process, settled.Current is { } stands ? [stands] : []);
                if (settled.Current is { } current) process.Known = process.Known.SetItem(current.Group, current);
                break;
            case RegisterEvent.Settled { Outcome: ProposalOutcome.Refused } settled:
                if (!ReasonsRepeat && _recorded.Contains(settled.Proposal.Reason)) Break("S1", $"{settled.Proposal.Reason} was told as refused, and is recorded");
                _refused.Add(settled.Proposal.Reason);
                if (settled.Current is { } standing) process.Known = process.Known.SetItem(standing.Group, standing);
                Known(process, settled.Current is { } named ? [named] : []);
                break;
            case RegisterEvent.Settled { Outcome: ProposalOutcome.Unknown, Current: { } before }:
                Known(process, [before]);
                break;
        }
    }

    /// <summary>A process began a generation and heard enough answers to lead it.</summary>
    private void Gained(Process process, RegisterEvent.Gained gained)
    {
        var first = _sent.Values.FirstOrDefault(s => s.Begins && s.By == process && s.Value.Gen == gained.Generation && s.Value.Term == gained.Term);
        // somebody else's beginning, taken over by an ordinary change, is chosen before it is told
        if (first is null) return;
        var took = BitOperations.PopCount(first.SeededAt);
        if (took < _majority) Break("R4", $"{process.Name} leads generation {gained.Generation}, and {took} servers took it");
        Begun(gained.Generation);
        first.Chosen = true;
        _newest.TryAdd(gained.Generation, first);
    }

    /// <summary>S1: nobody is told an assignment that no majority has.</summary>
    private void Known(Process process, IEnumerable<Assignment> assignments)
    {
        foreach (var a in assignments)
            if (!_issued.Contains((a.Group.Value, a.Epoch, a.Holder.Value)))
                Break("S1", $"{process.Name} is told that {a.Group} is at {a.Holder} with epoch {a.Epoch}, which no majority has");
    }

    /// <summary>H1, H3 and R6, when every fault has been over for long enough.</summary>
    public void Healed(IReadOnlyList<Process> processes, IReadOnlyList<Server> all, TimeSpan now)
    {
        var speaking = processes.Where(p => p.MaySpeak(now)).ToArray();
        if (speaking.Length != 1) throw new Broken("H1", $"{speaking.Length} replicas may speak after the healing: {string.Join("; ", processes.Where(p => p.Alive).Select(p => $"{p.Name} {p.Lease.Status().State}: {p.Lease.Status().Reason}"))}");
        var cfg = Newest!.Cfg;
        var out_ = all.Where(s => s.Look() is var look && (look.Answer != Answer.Ok || look.Incarnation != cfg.GetValueOrDefault(s.Name))).ToArray();
        if (out_.Length > 0) throw new Broken("H3", $"{string.Join(", ", out_.Select(s => $"{s.Name} ({s.Look().Answer}, {s.Look().Incarnation} for {cfg.GetValueOrDefault(s.Name)})"))} do not vote after the healing");
        if (!DataLost && !Excused && Newest.Rev < _recordedRev) throw new Broken("R6", $"revision {_recordedRev} was acknowledged, nothing was lost, and {Newest.Rev} stands");
    }
}
