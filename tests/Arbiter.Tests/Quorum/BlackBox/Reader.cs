using Arbiter.Quorum;
using QuorumHost;

namespace Arbiter.Tests.Quorum.BlackBox;

/// <summary>
/// A reader that belongs to no replica: a value counts when a majority of servers, voting with the incarnations that this value knows, said within one
/// question that it is their newest. Such a read is at least as new as everything acknowledged before the question.
/// </summary>
internal static class Reader
{
    public static async Task Read(IReadOnlyList<IAcceptor> acceptors, Chronicle chronicle, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(30, stopping);
                var call = Sighting.Now;
                var replies = await Task.WhenAll(acceptors.Select(async a => (a.Address, Reply: await a.Ask(new Request.Read(Ballot.None), stopping))));
                var end = Sighting.Now;
                var newest = replies.Where(r => r.Reply.Answer == Answer.Ok).OrderByDescending(r => r.Reply.Accepted.Text, StringComparer.Ordinal).FirstOrDefault().Reply;
                if (newest is null || !RegisterValue.TryParse(newest.Value, out var value, out _)) continue;
                var holding = replies.Count(r => r.Reply.Answer == Answer.Ok && r.Reply.Accepted == newest.Accepted && value.Cfg.GetValueOrDefault(r.Address) == r.Reply.Incarnation);
                if (holding > acceptors.Count / 2) chronicle.Add(new QuorumRead(call, end, value));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // the end
            }
        }
    }
}
