using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>A question on its way to a server, or its answer on its way back.</summary>
/// <param name="Held">The process would know it again: it still waits for the answer to this very question.</param>
/// <param name="Answer">Null: not asked yet.</param>
internal sealed record Message(int From, int Server, Request Request, bool Held, Reply? Answer, int AnswerId, Hash128[] Hashes);

/// <summary>Every message that was ever met, by number.</summary>
internal sealed class Messages(Canonical canonical, Renaming[] renamings)
{
    private readonly List<Message> _all = [];
    private readonly Dictionary<Hash128, int> _numbers = [];
    private readonly List<Reply> _replies = [];
    private readonly Dictionary<Hash128, int> _replyNumbers = [];

    public Message this[int number] => _all[number];

    public int Count => _all.Count;

    public Reply Reply(int number) => _replies[number];

    public int Of(int from, int server, Request request, bool held, int answer = -1)
    {
        var hashes = new Hash128[renamings.Length];
        hashes[0] = HashOf(from, server, request, held, answer, renamings[0]);
        if (_numbers.TryGetValue(hashes[0], out var known)) return known;
        for (var i = 1; i < hashes.Length; i++) hashes[i] = HashOf(from, server, request, held, answer, renamings[i]);
        _all.Add(new Message(from, server, request, held, answer < 0 ? null : _replies[answer], answer, hashes));
        return _numbers[hashes[0]] = _all.Count - 1;
    }

    /// <summary>The same message when nobody waits for its answer any more.</summary>
    public int Late(int number) => _all[number] is { Held: true } m ? Of(m.From, m.Server, m.Request, false, m.AnswerId) : number;

    public int Answered(int number, int answer) => _all[number] is var m ? Of(m.From, m.Server, m.Request, m.Held, answer) : -1;

    public int Of(Reply reply)
    {
        var hash = canonical.Hash(reply, Moment.None, renamings[0]);
        if (_replyNumbers.TryGetValue(hash, out var known)) return known;
        _replies.Add(reply);
        return _replyNumbers[hash] = _replies.Count - 1;
    }

    private Hash128 HashOf(int from, int server, Request request, bool held, int answer, Renaming names)
    {
        var hash = canonical.Hash(request, Moment.None, names).Then((ulong)(from * 64 + names.Slots[server] * 2 + (held ? 1 : 0)));
        return answer < 0 ? hash : hash.Then(canonical.Hash(_replies[answer], Moment.None, names));
    }
}
