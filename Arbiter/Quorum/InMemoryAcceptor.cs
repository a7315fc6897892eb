namespace Arbiter.Quorum;

/// <summary>An acceptor without a server, for the demo and for tests: the same answers as Redis, and faults on demand.</summary>
internal sealed class InMemoryAcceptor(string address) : IAcceptor
{
    private readonly Lock _gate = new();
    private readonly AcceptorModel _model = new(address);
    private volatile string? _error;
    private volatile bool _loseReplies;

    public string Address => address;

    /// <summary>Every question fails with this name and changes nothing; null ends it.</summary>
    public void Fail(string? error) => _error = error;

    /// <summary>Questions arrive and take effect, answers do not come back.</summary>
    public void LoseReplies(bool lose) => _loseReplies = lose;

    public void Restart(bool keepData)
    {
        lock (_gate)
        {
            _model.Restart();
            if (!keepData) _model.Flush();
        }
    }

    /// <summary>The append-only file is on or off; off at first.</summary>
    public void SetAof(bool on)
    {
        lock (_gate) _model.Aof = on;
    }

    public void Flush()
    {
        lock (_gate) _model.Flush();
    }

    public Task<Reply> Ask(Request request, CancellationToken stopping)
    {
        if (_error is { } error) return Task.FromResult(Reply.NoAnswer(error));
        lock (_gate)
        {
            var reply = _model.Ask(request);
            return Task.FromResult(_loseReplies ? Reply.NoAnswer("timeout", "the answer was lost") : reply);
        }
    }
}
