namespace Simulation.Scope;

/// <summary>
/// The servers under other names. Nothing in the rules depends on which server is which, so states that differ by names alone are one state.
/// Servers are single capital letters that occur nowhere else in a name, an incarnation, a run id or a ticket.
/// </summary>
internal sealed class Renaming
{
    public const string Letters = "XYZVW";

    private readonly char[] _to = new char[128];

    private Renaming(int[] slots)
    {
        Slots = slots;
        for (var c = 0; c < _to.Length; c++) _to[c] = (char)c;
        for (var i = 0; i < slots.Length; i++) _to[Letters[i]] = Letters[slots[i]];
    }

    /// <summary>Where each server goes.</summary>
    public int[] Slots { get; }

    public char this[char c] => c < 128 ? _to[c] : c;

    /// <summary>
    /// A group of renamings, the identity first: all six of three servers. Of five, the twelve that keep the first two and the last three
    /// apart, because a hundred and twenty hashes of each local state cost more than the states they save.
    /// </summary>
    public static Renaming[] Of(int servers, bool symmetric)
    {
        if (!symmetric) return [new Renaming([.. Enumerable.Range(0, servers)])];
        var all = Permutations([.. Enumerable.Range(0, servers)]);
        return [.. all.Where(p => servers <= 3 || (p[0] < 2 && p[1] < 2)).Select(p => new Renaming(p))];
    }

    private static IEnumerable<int[]> Permutations(int[] of) => of.Length <= 1 ? [of]
        : of.SelectMany((first, i) => Permutations([.. of.Where((_, j) => j != i)]).Select(rest => (int[])[first, .. rest]));
}
