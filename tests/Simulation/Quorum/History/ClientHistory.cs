using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Arbiter.Tests.Quorum.Linearizability;
using Contracts.Vocabulary;
using Finding = Arbiter.Tests.Quorum.Linearizability.Finding;

namespace Simulation.Quorum.History;

/// <summary>
/// R5, collected from what clients ask and are told, and nothing else: proposals with their answers, what a new leader finds, what a replica that may
/// speak says stands, and what anybody is told that a majority has. Judged at the end of a run, group by group (docs/invariants.md).
/// </summary>
/// <param name="reasonsRepeat">Two proposals may have one reason: then the time is part of their mark.</param>
/// <param name="dataLost">Whether a generation that begins now may have lost what stood.</param>
internal sealed class ClientHistory(IEnumerable<GroupName> groups, bool reasonsRepeat, Func<bool> dataLost)
{
    /// <summary>What one process was told.</summary>
    private sealed class View
    {
        public long Generation;
        public Ballot Sent;
        /// <summary>When the newest value of it was first sent: what is told of that value is not older.</summary>
        public TimeSpan SentAt;
        public readonly Dictionary<GroupName, (long Generation, long Epoch, string Token)> Newest = [];
    }

    /// <summary>Of the search, which is rarely needed.</summary>
    private const long MostSteps = 200_000;

    private readonly ImmutableSortedDictionary<GroupName, GroupLog> _groups = groups.ToImmutableSortedDictionary(g => g, g => new GroupLog(g));
    private readonly Dictionary<Process, View> _views = [];
    private readonly Dictionary<Proposal, Asked> _asked = new(ReferenceEqualityComparer.Instance);
    private readonly SortedDictionary<long, bool> _keeps = [];
    private bool _over;

    /// <summary>Proposals and reads.</summary>
    public long Operations => _groups.Values.Sum(g => (long)g.Count);

    /// <summary>Histories that only the search could judge.</summary>
    public long Searched { get; private set; }

    /// <summary>A client's proposal reaches a replica.</summary>
    public void Asks(Process process, LeaseInput.Proposed input, TimeSpan now)
    {
        if (_over) return;
        var (proposal, reason) = (input.Proposal, input.Proposal.Reason);
        var asked = new Asked(proposal, Mark(proposal.Holder, reason.Length > Assigning.MaxReason ? reason[..Assigning.MaxReason] : reason, input.Utc), process.Name, now);
        _asked.Add(proposal, asked);
        _groups[proposal.Group].Add(asked);
    }

    /// <summary>A process sends a value.</summary>
    public void Sends(Process by, Request request, TimeSpan now)
    {
        if (_over) return;
        var (view, ballot) = (ViewOf(by), request is Request.Accept accept ? accept.Ballot : ((Request.Seed)request).Ballot);
        if (view.Sent != ballot) (view.Sent, view.SentAt) = (ballot, now);
    }

    public void Told(Process by, RegisterEvent told, TimeSpan now)
    {
        if (_over || told is RegisterEvent.Lost) return;
        var (view, leads) = (ViewOf(by), by.Lease.SpeakUntil > TimeSpan.MinValue);
        switch (told)
        {
            case RegisterEvent.Gained gained:
                Enter(view, gained.Generation);
                foreach (var log in _groups.Values) Reads(log, by, view, gained.Assignments.GetValueOrDefault(log.Group), view.SentAt, now, Sureness.Recorded);
                break;
            case RegisterEvent.Observed observed:
                Enter(view, observed.Generation);
                foreach (var log in _groups.Values) Reads(log, by, view, observed.Assignments.GetValueOrDefault(log.Group), now, now, leads ? Sureness.Leader : Sureness.Picture);
                break;
            case RegisterEvent.Settled settled: Settled(by, view, settled, leads, now); break;
        }
    }

    /// <summary>Somebody asks a replica that may speak what stands.</summary>
    public void Answers(Process by, RegisterStatus status, TimeSpan now)
    {
        if (_over) return;
        var view = ViewOf(by);
        foreach (var log in _groups.Values) Reads(log, by, view, status.Assignments.GetValueOrDefault(log.Group), now, now, Sureness.Leader);
    }

    private void Settled(Process by, View view, RegisterEvent.Settled settled, bool leads, TimeSpan now)
    {
        var asked = _asked[settled.Proposal];
        var log = _groups[asked.Group];
        if (asked.Outcome is { } before) throw new Broken("R5", $"{asked.Mark} was told as {before}, and again as {settled.Outcome}");
        asked.Answer(settled.Outcome, view.Generation, settled.Current, now);
        if (settled.Outcome == ProposalOutcome.Committed)
        {
            if (settled.Current is not { } current || current.Group != asked.Group || MarkOf(current) != asked.Mark)
                throw new Broken("R5", $"{asked.Mark} for {asked.Group} was told as committed with another's assignment: {settled.Current}{log.Lines(now)}");
            Newer(log, by, view, current.Epoch, asked.Mark, now);
        }
        // who does not lead tells what it last heard of, if anything
        else if (leads && settled.Outcome == ProposalOutcome.Refused) Reads(log, by, view, settled.Current, asked.Call, now, Sureness.Leader);
        else if (settled.Current is { } current) Reads(log, by, view, current, now, now, Sureness.Picture);
    }

    private void Enter(View view, long generation)
    {
        view.Generation = generation;
        _keeps.TryAdd(generation, !dataLost());
    }

    private void Reads(GroupLog log, Process by, View view, Assignment? current, TimeSpan call, TimeSpan end, Sureness sureness)
    {
        var (epoch, mark) = (current?.Epoch ?? 0, "");
        var was = view.Newest.GetValueOrDefault(log.Group);
        var same = was.Generation == view.Generation && was.Epoch == epoch;
        if (current is not null) mark = MarkOf(current);
        // whoever says the same again, and need not say the newest, says nothing new
        if (same && sureness == Sureness.Picture && was.Token == mark) return;
        log.Add(new Operation<GroupAsk>(call.Ticks, end.Ticks, new GroupAsk.Read(view.Generation, epoch, mark), by.Name), sureness);
        Newer(log, by, view, epoch, mark, end);
    }

    /// <summary>What one replica says never goes back.</summary>
    private static void Newer(GroupLog log, Process by, View view, long epoch, string mark, TimeSpan now)
    {
        var was = view.Newest.GetValueOrDefault(log.Group);
        if ((view.Generation, epoch).CompareTo((was.Generation, was.Epoch)) < 0)
            throw new Broken("R5", $"{by.Name} said that epoch {was.Epoch} of generation {was.Generation} stands for {log.Group}, and then epoch {epoch} of {view.Generation}{log.Lines(now)}");
        view.Newest[log.Group] = (view.Generation, epoch, mark);
    }

    /// <summary>From here on the register promises nothing: what was until now is judged.</summary>
    public void End()
    {
        if (_over) return;
        Judge();
        _over = true;
    }

    private bool Keeps(long generation) => _keeps.GetValueOrDefault(generation);

    private void Judge()
    {
        foreach (var log in _groups.Values)
        {
            if (Verdict(log, log.ByLeaders(), "what leaders answered") is { } one) throw new Broken("R5", one);
            if (Verdict(log, log.ByAnybody(), "what anybody was told") is { } other) throw new Broken("R5", other);
        }
    }

    private string? Verdict(GroupLog log, List<Operation<GroupAsk>> history, string what)
    {
        var quick = EpochOrder.Allows(history, Keeps);
        if (quick == true) return null;
        Searched++;
        var judged = Linearizer.Judge(new GroupRegister(Keeps), GroupHistory.Prepare(history), MostSteps);
        if (judged.Finding == Finding.Linearizable && quick is null) return null;
        var why = judged.Finding switch
        {
            Finding.NotLinearizable => $"no order explains {what} of {log.Group}; these {judged.Window.Length} fit in none:",
            Finding.TooHard when quick == false => $"no order of epochs explains {what} of {log.Group}; which few contradict was not found within {judged.Steps} steps",
            Finding.TooHard => $"{what} of {log.Group} could not be judged within {judged.Steps} steps",
            _ => $"the order of epochs explains not {what} of {log.Group}, and the search does: one of them is wrong",
        };
        var until = judged.Window.Select(o => o.Return ?? o.Call).DefaultIfEmpty(long.MaxValue).Max();
        return $"{why}{string.Concat(judged.Window.Select(o => $"\n  {GroupLog.Line(o)}"))}{log.Lines(TimeSpan.FromTicks(until))}";
    }

    private View ViewOf(Process process)
    {
        if (!_views.TryGetValue(process, out var view)) _views[process] = view = new View();
        return view;
    }

    private string MarkOf(Assignment assignment) => Mark(assignment.Holder, assignment.Reason, assignment.Utc);

    private string Mark(NodeId holder, string reason, DateTimeOffset utc) => reasonsRepeat ? $"{reason} at {holder} of {utc:HH:mm:ss.fffffff}" : $"{reason} at {holder}";
}
