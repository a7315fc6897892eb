using System.Collections.Immutable;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>
/// A proposer without a lease: any of them may change the register at any time, and any may take servers back, as the rules of re-admission are
/// stated. A leader is more careful (its changes ask who leads), so that some of these rules are belt and braces under it; here they carry the
/// weight. The production proposer and re-admission, with nothing but the wiring between them.
/// </summary>
internal sealed class Volunteer
{
    private readonly LeaseSettings _settings;
    private readonly ImmutableArray<string> _servers;
    private readonly Readmission _readmission;
    private readonly Deviations _deviations;
    private readonly List<LeaseEffect> _effects = [];
    private Proposer _proposer;
    private TimeSpan _now;
    private RegisterValue? _known;
    private Ballot _knownBallot;

    public Volunteer(LeaseSettings settings, ImmutableArray<string> servers, ulong id, Deviations deviations, int number)
    {
        (_settings, _servers, _deviations) = (settings, servers, deviations);
        _proposer = (new Proposer(id, servers) { Deviations = deviations }).Learn(Ballot.Of(0, number, id));
        _readmission = new Readmission(id, settings) { Deviations = deviations };
    }

    public (Ballot Ballot, Ballot Follows)? Sending => _proposer.Sending;

    /// <summary>Its timer gives up what is under way; when nothing is, it reads and changes the register.</summary>
    public IReadOnlyList<LeaseEffect> Advance(LeaseInput input)
    {
        _effects.Clear();
        _now = input.At;
        switch (input)
        {
            case LeaseInput.Tick:
                _readmission.Expire(_now);
                if (_proposer.Busy)
                {
                    Take(_proposer.Expire());
                    break;
                }
                foreach (var server in _servers) _effects.Add(new LeaseEffect.Send(new Envelope(server, new Request.Read(_knownBallot))));
                if (_known is not null) Begin();
                break;
            case LeaseInput.Replied(_, var server, var request, var reply):
                if (request is Request.Read && reply.Answer == Answer.Ok)
                {
                    _proposer = _proposer.Learn(reply.Promised).Learn(reply.Accepted);
                    if (reply.Accepted > _knownBallot && RegisterValue.TryParse(reply.Value, out var value, out _)) (_known, _knownBallot) = (value, reply.Accepted);
                }
                Take(_proposer.Receive(server, request, reply));
                if (_known is not null) Readmit(_readmission.Hear(server, request, reply, false, _known, _knownBallot, _now));
                if (_readmission.Waits && !_proposer.Busy) Begin();
                break;
        }
        return _effects;
    }

    private void Begin()
    {
        var back = _readmission.Take();
        Take(_proposer.Begin((current, _) => Readmission.Write(current with { Seq = current.Seq + 1 }, back, _deviations.NoCfgBeforeProbe), fast: false));
    }

    private void Take(ProposerStep step)
    {
        _proposer = step.Next;
        foreach (var envelope in step.Sends) _effects.Add(new LeaseEffect.Send(envelope));
        if (step.Result is not { } result) return;
        var stands = result.Outcome == Outcome.Acknowledged;
        if (stands) (_known, _knownBallot) = (result.New, result.Ballot);
        Readmit(_readmission.Written(stands || _deviations.SeedBeforeCommit ? result.New : null, result.Ballot, _now));
    }

    private void Readmit(IReadOnlyList<ReadmissionStep> steps)
    {
        foreach (var step in steps)
        {
            if (step is ReadmissionStep.Send send) _effects.Add(new LeaseEffect.Send(send.Envelope));
            if (step is ReadmissionStep.Raise raise) _proposer = _proposer.Learn(raise.Above);
        }
    }
}
