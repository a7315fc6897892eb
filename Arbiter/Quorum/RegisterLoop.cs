using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Arbiter.Core;

namespace Arbiter.Quorum;

/// <summary>
/// Runs the lease against the acceptors: one inbox, one reader. Questions go to all servers at once; answers return as inputs, so
/// nothing ever waits for a slow server.
/// </summary>
internal sealed partial class RegisterLoop : IRegister
{
    private const int MaxInbox = 8192;
    private const int MaxEvents = 8192;
    /// <summary>Questions under way to one server; with more, it is taken as silent until it answers.</summary>
    private const int MaxOutstanding = 64;

    private readonly LeaderLease _lease;
    private readonly ImmutableDictionary<string, IAcceptor> _acceptors;
    private readonly ImmutableDictionary<string, StrongBox<int>> _outstanding;
    private readonly ILeaseClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger<RegisterLoop> _log;
    private readonly TimeSpan _guard;
    private readonly Channel<LeaseInput> _inbox = Channel.CreateBounded<LeaseInput>(new BoundedChannelOptions(MaxInbox) { SingleReader = true });
    private readonly Channel<RegisterEvent> _events = Channel.CreateBounded<RegisterEvent>(new BoundedChannelOptions(MaxEvents) { SingleWriter = false });

    private RegisterStatus _status;
    private long _reported;
    private long _speakUntil = TimeSpan.MinValue.Ticks;

    /// <param name="me"><c>replica/process</c>, never used by another process: the process part is random per start.</param>
    public RegisterLoop(IReadOnlyList<IAcceptor> acceptors, LeaseSettings settings, string me, ulong proposerId, Random random,
        ILeaseClock clock, TimeProvider time, ILogger<RegisterLoop> log)
    {
        _acceptors = acceptors.ToImmutableDictionary(a => a.Address);
        _outstanding = acceptors.ToImmutableDictionary(a => a.Address, _ => new StrongBox<int>());
        _lease = new LeaderLease(settings, [.. acceptors.Select(a => a.Address)], me, proposerId, random);
        (_clock, _time, _log, _guard) = (clock, time, log, settings.Guard);
        _status = _lease.Status();
    }

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    public RegisterStatus Status
    {
        get
        {
            var (status, now) = (Volatile.Read(ref _status), _clock.Now);
            status = status with { Acceptors = [.. status.Acceptors.Select(a => a with { Age = now - a.HeardAt })] };
            if (status.State != RegisterState.Leading) return status;
            // it stopped leading a moment ago, and the status that says so is not there yet: "never" is no time to count from
            var until = new TimeSpan(Volatile.Read(ref _speakUntil));
            return status with { LeaseLeft = until > now - _guard ? until + _guard - now : TimeSpan.Zero };
        }
    }

    public ChannelReader<RegisterEvent> Events => _events.Reader;

    public void Reported(long generation)
    {
        if (generation is > 0 and <= Ballot.MaxGeneration) Highest.Raise(ref _reported, generation);
    }

    public bool MaySpeak() => _clock.Now.Ticks < Volatile.Read(ref _speakUntil);

    public void Propose(Proposal proposal)
    {
        if (!_inbox.Writer.TryWrite(new LeaseInput.Proposed(_clock.Now, proposal, _time.GetUtcNow())))
            _events.Writer.TryWrite(new RegisterEvent.Settled(proposal, ProposalOutcome.Refused, null, "the register is stopped or overloaded"));
    }

    public void Wish(OutboxWish wish) => _inbox.Writer.TryWrite(new LeaseInput.Wished(_clock.Now, wish, _time.GetUtcNow()));

    public void Watch(Action<OutboxPicture> watcher)
    {
        lock (_watchers)
        {
            _watchers.Add(watcher);
            if (_picture is { } picture) Show(watcher, picture);
        }
    }

    private readonly List<Action<OutboxPicture>> _watchers = [];
    private OutboxPicture? _picture;

    private void Publish(RegisterStatus now)
    {
        var next = new OutboxPicture(now.State == RegisterState.Leading, now.State == RegisterState.QuorumLost, now.Generation, now.Term, now.Outbox);
        lock (_watchers)
        {
            if (next == _picture) return;
            _picture = next;
            foreach (var watcher in _watchers) Show(watcher, next);
        }
    }

    private void Show(Action<OutboxPicture> watcher, OutboxPicture picture)
    {
        try
        {
            watcher(picture);
        }
#pragma warning disable CA1031 // a defect in a reader must not end the lease
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogWatcherFailed(e);
        }
    }

    /// <summary>Where the loop beats; it wakes for a read or a renewal at least every 1.5 s.</summary>
    public Hosting.ILiveness? Liveness { get; init; }

    public Task Run(CancellationToken stopping) => Run(stopping, CancellationToken.None);

    /// <param name="stopping">Gives the lease back, then ends.</param>
    /// <param name="killed">Ends at once and tells nobody, as a crash does.</param>
    internal async Task Run(CancellationToken stopping, CancellationToken killed)
    {
        // A late tick is harmless and a full inbox needs none.
        await using var timer = _time.CreateTimer(_ => _inbox.Writer.TryWrite(new LeaseInput.Tick(_clock.Now)), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await using var onStop = stopping.Register(() => _inbox.Writer.TryWrite(new LeaseInput.Stop(_clock.Now)));
        try
        {
            using var heart = Liveness?.Register("register", s_deadline);
            while (!_lease.Stopped && await _inbox.Reader.WaitToReadAsync(killed))
            {
                heart?.Beat();
                while (!_lease.Stopped && _inbox.Reader.TryRead(out var input)) await Advance(input, stopping, killed);
                // should the inbox have been full when the stop came
                if (stopping.IsCancellationRequested) await Advance(new LeaseInput.Stop(_clock.Now), stopping, killed);
                Publish();
                var wait = _lease.NextWake - _clock.Now;
                timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (killed.IsCancellationRequested)
        {
            LogKilled();
        }
        finally
        {
            Volatile.Write(ref _speakUntil, TimeSpan.MinValue.Ticks);
            _inbox.Writer.TryComplete();
            while (_inbox.Reader.TryRead(out var left))
                if (left is LeaseInput.Proposed unread)
                    _events.Writer.TryWrite(new RegisterEvent.Settled(unread.Proposal, ProposalOutcome.Refused, null, "the register is stopped"));
            _events.Writer.TryComplete();
        }
    }

    private async ValueTask Advance(LeaseInput input, CancellationToken stopping, CancellationToken killed)
    {
        // Time is taken now, not when the input was made: a loop that stood still must know it.
        var effects = _lease.Advance(input with { At = _clock.Now, Floor = Math.Max(_time.GetUtcNow().ToUnixTimeMilliseconds(), Volatile.Read(ref _reported) + 1) });
        Volatile.Write(ref _speakUntil, _lease.SpeakUntil.Ticks);              // before anyone hears of it
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case LeaseEffect.Send send: Send(send.Envelope, killed); break;
                case LeaseEffect.Say { Warning: true } say: LogWarning(say.Text); break;
                case LeaseEffect.Say say: LogInformation(say.Text); break;
                case LeaseEffect.Tell tell:
                    Publish();
                    // A reader that does not read holds the lease's own loop up until it runs out: better than speaking unheard.
                    // While stopping nobody may be reading any more.
                    if (!_events.Writer.TryWrite(tell.Event) && !stopping.IsCancellationRequested) await _events.Writer.WriteAsync(tell.Event, killed);
                    break;
            }
        }
    }

    private void Send(Envelope envelope, CancellationToken killed)
    {
        if (Interlocked.Increment(ref _outstanding[envelope.Server].Value) <= MaxOutstanding) _ = Ask(_acceptors[envelope.Server], envelope, killed);
        else Answered(envelope, Reply.NoAnswer("timeout", $"{MaxOutstanding} questions wait for an answer"));
    }

    private async Task Ask(IAcceptor acceptor, Envelope envelope, CancellationToken killed)
    {
        var sent = _clock.Now;
        try
        {
            var reply = await acceptor.Ask(envelope.Request, killed);
            Answered(envelope, reply.Answer == Answer.None ? reply : reply with { Latency = _clock.Now - sent });
        }
        catch (OperationCanceledException) when (killed.IsCancellationRequested)
        {
            // the loop ended
        }
#pragma warning disable CA1031 // a defect in an adapter is a server without an answer, never the end of the loop
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogAcceptorFailed(e, acceptor.Address);
            Answered(envelope, Reply.NoAnswer("error", e.Message));
        }
    }

    /// <summary>An answer that finds the inbox full is lost, as on a network.</summary>
    private void Answered(Envelope envelope, Reply reply)
    {
        Interlocked.Decrement(ref _outstanding[envelope.Server].Value);
        _inbox.Writer.TryWrite(new LeaseInput.Replied(_clock.Now, envelope.Server, envelope.Request, reply));
    }

    private void Publish()
    {
        var (was, now) = (_status, _lease.Status());
        Volatile.Write(ref _status, now);
        Publish(now);
        if (was.State != now.State) LogState(now.State, now.Reason);
        foreach (var (before, after) in was.Acceptors.Zip(now.Acceptors))
            if (before.State != after.State) LogAcceptor(after.Address, before.State, after.State, after.Detail ?? "");
    }
}
