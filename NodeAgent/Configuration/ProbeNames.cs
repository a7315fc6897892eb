using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary>A list of names of probes that exist.</summary>
internal static class ProbeNames
{
    public static List<string>? Read(Value value, int least, ProbesRead? probes)
    {
        if (value.List(least, ProbeReader.MostProbes, "probe names") is not { } items) return null;
        var names = new List<string>();
        foreach (var item in items)
        {
            if (item.Text("the name of a probe", 256) is not { } name) continue;
            if (probes is not null && !probes.Names.ContainsKey(name))
                item.Wrong($"there is no probe of that name{Near(name, probes)}");
            else if (names.Contains(name))
                item.Wrong($"'{name}' stands here for the second time: remove one");
            else
                names.Add(name);
        }
        return names.Count == items.Count ? names : null;
    }

    private static string Near(string name, ProbesRead probes)
    {
        var near = Suggestion.For(name, probes.Names.Keys);
        return near.Length > 0 ? near : $"; there are {string.Join(", ", probes.Names.Keys.Order(StringComparer.Ordinal).Take(10))}";
    }
}
