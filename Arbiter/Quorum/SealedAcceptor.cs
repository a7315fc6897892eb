namespace Arbiter.Quorum;

/// <summary>
/// A server whose values are signed and looked at. A voter with a value that must not be believed gives no answer, under the name of what is
/// wrong, until it shows a good one; a leader's next change writes over it. What a server shows of an earlier life is no vote, so a bad leftover
/// is only left out: the server is taken back all the same, and nobody can go on with it.
/// </summary>
internal sealed class SealedAcceptor(IAcceptor inner, ValueSeal seal) : IAcceptor, IAsyncDisposable
{
    private volatile Opened? _bad;

    public string Address => inner.Address;

    public async Task<Reply> Ask(Request request, CancellationToken stopping) => CheckPromise(request, Check(request, await inner.Ask(Sealed(request), stopping)));

    private Request Sealed(Request request) => request switch
    {
        Request.Accept accept => accept with { Value = seal.Seal(accept.Ballot, accept.Value) },
        Request.Seed seed => seed with { Value = seal.Seal(seed.Ballot, seed.Value) },
        // a value that is left out because its number is known could not be looked at
        Request.Read when _bad is not null => new Request.Read(Ballot.None),
        _ => request,
    };

    private Reply Check(Request request, Reply reply)
    {
        switch (request, reply.Answer)
        {
            case (Request.Read read, Answer.Ok) when reply.Value.Length == 0 && reply.Accepted == read.Known && _bad is null:
                return reply;
            case (Request.Read or Request.Prepare, Answer.Ok):
                var opened = seal.Open(reply.Accepted, reply.Value);
                _bad = opened.Error.Length > 0 ? opened : null;
                return _bad is { } bad ? Reply.NoAnswer(bad.Error, bad.Detail) : reply with { Value = opened.Json };
            case (Request.Accept, Answer.Ok) when _bad is { } still:
                return Reply.NoAnswer(still.Error, still.Detail);
            case (Request.Read, Answer.Restarted) or (Request.Probe, Answer.Ok):
                _bad = null;
                if (reply.Value.Length == 0 && (reply.Accepted.IsNone || (request is Request.Read { Known: var known } && reply.Accepted == known))) return reply;
                var leftover = seal.Open(reply.Accepted, reply.Value);
                return leftover.Error.Length == 0 ? reply with { Value = leftover.Json }
                    : reply with { Value = "", Error = leftover.Error, Detail = $"{leftover.Error}: of an earlier life, {leftover.Detail}" };
            case (_, Answer.Virgin or Answer.Restarted) or (Request.Seed, Answer.Ok):
                _bad = null;
                return reply;
            default:
                return reply;
        }
    }

    /// <summary>A promise of an earlier life is no vote, and only left out.</summary>
    private Reply CheckPromise(Request request, Reply reply) =>
        reply.Answer is Answer.None || seal.IsPlausible(reply.Promised) ? reply
        : reply.Answer is Answer.Restarted || (request, reply.Answer) is (Request.Probe, Answer.Ok) ? reply with { Promised = Ballot.None }
        : Reply.NoAnswer(ValueSeal.BadPromise, $"it shows a promise that no arbiter made ({reply.Promised}): somebody writes into Redis; delete the keys {seal.Keys} there, and it is taken back");

    public ValueTask DisposeAsync() => inner is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
}
