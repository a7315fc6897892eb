using System.Net;

namespace Contracts.Configuration;

/// <summary>The addresses of a group, as both files have them.</summary>
public static class VipList
{
    /// <param name="taken">Addresses of other groups, with their key; filled by this call.</param>
    public static IReadOnlyList<string>? Read(Value value, Dictionary<IPAddress, string> taken)
    {
        if (value.List(1, NodeLimits.MostVips, "addresses") is not { } items) return null;
        var vips = new List<string>();
        foreach (var item in items)
        {
            if (item.Text("an address with its prefix length", 256) is not { } text) continue;
            if (!Addresses.TryCidr(text, out var address))
                item.Wrong(Addresses.TryLiteral(text, out _) ? $"'{text}' has no prefix length: write it as in keepalived.conf, such as {text}/{(text.Contains(':') ? 64 : 24)}"
                    : "is no address with a prefix length: write one such as 172.20.0.248/16");
            else if (!taken.TryAdd(address, item.Path))
                item.Wrong($"{address} is already {taken[address]}: an address belongs to one group");
            else
                vips.Add(text);
        }
        return vips.Count == items.Count ? vips : null;
    }
}
