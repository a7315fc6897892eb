using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>The first value, as <c>arbiter quorum seed</c> writes it.</summary>
internal static class Installer
{
    public static void Seed(IReadOnlyList<Server> servers, string cluster, long generation, TimeSpan lease, Truth truth)
    {
        var ballot = Ballot.Of(generation, 1, 1);
        var value = new RegisterValue
        {
            Cluster = cluster, Gen = generation, Cfg = servers.ToImmutableSortedDictionary(s => s.Name, s => s.Name + "-0", StringComparer.Ordinal), Leader = null, Term = 0, Seq = 0,
            LeaseMs = (long)lease.TotalMilliseconds, Rev = 0, Groups = ImmutableSortedDictionary.Create<string, GroupEntry>(StringComparer.Ordinal), Outbox = Outbox.Empty,
        };
        var json = value.ToJson();
        foreach (var server in servers)
        {
            var ticket = server.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
            server.Ask(new Request.Probe(server.Name + "-0", ballot, ticket));
            server.Ask(new Request.Seed(server.Name + "-0", ballot, json));
        }
        truth.Seeded(ballot, value, json, new Process(-1, "installer", 1, null!, TimeSpan.Zero, 1));
    }
}
