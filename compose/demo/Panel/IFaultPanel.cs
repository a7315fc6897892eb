using System.Collections.Immutable;

namespace Demo.Panel;

/// <summary>All that can be broken in the demo, and whether it is. What the page's buttons and the scenarios press.</summary>
internal interface IFaultPanel
{
    /// <summary>In the order in which people should see them; the ids never change while the demo runs.</summary>
    public ImmutableArray<Fault> Faults { get; }

    /// <summary>Breaks it, or mends it. Pressing what is pressed already changes nothing.</summary>
    /// <returns>What was done, in a sentence; null when there is no such fault.</returns>
    public Task<string?> Set(string id, bool on, CancellationToken stopping);

    /// <summary>Mends everything.</summary>
    public Task Heal(CancellationToken stopping);
}

/// <param name="Id">What scenarios and the API call it: <c>kill-haproxy/lb1</c>, <c>stop-redis/2</c>, <c>split</c>.</param>
/// <param name="Kind">The part before the slash: buttons of one kind stand together.</param>
/// <param name="Target">What stands on the button; empty when there is only one of its kind.</param>
/// <param name="Label">What the fault is, in a few words: "Kill haproxy".</param>
/// <param name="Help">What to expect, in a sentence.</param>
internal sealed record Fault(string Id, string Kind, string Target, string Label, string Help, bool On);
