using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>
/// Since when each server has not voted, without a gap: it shows the same ticket, and makes another whenever it lost its memory or came
/// to vote in between. Only the time for which it certainly held counts: from after the first answer to before the last question.
/// </summary>
internal sealed class Quarantine
{
    private sealed record Watched(string Ticket, TimeSpan Since, TimeSpan Until);

    private readonly SortedDictionary<string, Watched> _servers = new(StringComparer.Ordinal);

    public void Note(string server, string ticket, TimeSpan asked, TimeSpan answered, bool anyTicket = false) =>
        _servers[server] = _servers.TryGetValue(server, out var was) && (was.Ticket == ticket || anyTicket) ? was with { Ticket = ticket, Until = asked } : new Watched(ticket, answered, asked);

    /// <summary>It votes.</summary>
    public void Forget(string server) => _servers.Remove(server);

    public void Clear() => _servers.Clear();

    public string? TicketOf(string server) => _servers.TryGetValue(server, out var watched) ? watched.Ticket : null;

    /// <summary>How long a majority has not voted together; negative while it is not that many.</summary>
    public TimeSpan Lasted(int majority) =>
        _servers.Count < majority ? TimeSpan.FromTicks(-1) : Together(majority) is var together ? together.Min(s => s.Value.Until) - together.Max(s => s.Value.Since) : default;

    /// <summary>The servers whose time counts, with the tickets it counts for.</summary>
    public ImmutableSortedDictionary<string, string> Tickets(int majority) =>
        Together(majority).ToImmutableSortedDictionary(s => s.Key, s => s.Value.Ticket, StringComparer.Ordinal);

    private KeyValuePair<string, Watched>[] Together(int majority)
    {
        var since = _servers.Values.Select(s => s.Since).Order().ElementAt(majority - 1);
        return [.. _servers.Where(s => s.Value.Since <= since)];
    }
}
