namespace NodeAgent.Keepalived;

/// <summary>What only keepalived itself knows, as of its last dump.</summary>
internal interface IKeepalivedDump
{
    /// <summary>Looks, or asks the helper, at most once per 5 s. Never throws, and ends by itself in about a second.</summary>
    public ValueTask<DumpSeen> Look(CancellationToken stopping);
}

/// <param name="Instances">null: no dump, an old one, or one that cannot be read.</param>
/// <param name="Age">null: no dump was ever seen.</param>
internal readonly record struct DumpSeen(IReadOnlyList<VrrpDump>? Instances, TimeSpan? Age);

/// <summary>One vrrp_instance of a dump. Counters by keepalived's own names.</summary>
/// <param name="State">0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.</param>
internal sealed record VrrpDump(
    string Name, string Interface, int Vrid, int State, long? GarpDelay, IReadOnlyList<string> ExcludedVips, IReadOnlyDictionary<string, long> Stats);
