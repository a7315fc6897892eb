using System.Globalization;

namespace Contracts.Configuration;

/// <summary>
/// Environment variables over the file: <c>PREFIX__a__b__c=value</c> sets <c>a.b.c</c>; in a list a step is an index from 0, and the index
/// just behind the end appends. Keys are found without regard to case, because variables are often written in capitals.
/// </summary>
internal static class Overrides
{
    private const int Most = 500;

    public static void Apply(MappingNode root, string prefix, ConfigurationEnvironment environment, ProblemList problems)
    {
        var count = 0;
        var ours = environment.Variables.Keys.Where(k => k.StartsWith(prefix + "__", StringComparison.Ordinal));
        foreach (var variable in ours.OrderBy(Natural, StringComparer.Ordinal))
        {
            var place = new Place(0, 0, variable);
            if (++count > Most)
            {
                problems.Error(place, "", $"more than {Most} variables start with {prefix}__");
                return;
            }
            var steps = variable[(prefix.Length + 2)..].Split("__");
            if (steps.Length > YamlTree.MaxDepth || steps.Any(s => s.Length == 0))
                problems.Error(place, "", $"is no path of keys: write {prefix}__key__key, two underscores between the keys, at most {YamlTree.MaxDepth} keys");
            else
                Set(root, steps, new ScalarNode(place, environment.Variables[variable], quoted: false), problems);
        }
    }

    private static void Set(MappingNode root, string[] steps, ScalarNode value, ProblemList problems)
    {
        Node at = root;
        for (var i = 0; i < steps.Length; i++)
        {
            var last = i == steps.Length - 1;
            // a missing container takes its shape from the step inside it
            Node Missing() => last ? value : IsIndex(steps[i + 1]) ? new ListNode(value.Place) : new MappingNode(value.Place);
            switch (at)
            {
                case MappingNode mapping:
                    var found = Find(mapping, steps[i]);
                    if (found < 0)
                    {
                        mapping.Entries.Add(new Entry(steps[i], value.Place, Missing()));
                        found = mapping.Entries.Count - 1;
                    }
                    else if (last || mapping.Entries[found].Value is ScalarNode { IsNull: true })
                        mapping.Entries[found] = mapping.Entries[found] with { Value = Missing() };
                    at = mapping.Entries[found].Value;
                    break;
                case ListNode list:
                    if (!IsIndex(steps[i]) || int.Parse(steps[i], CultureInfo.InvariantCulture) is var index && index > list.Items.Count)
                    {
                        problems.Error(value.Place, "", $"'{Shown.Text(steps[i])}' is no index of the list: it has {list.Items.Count} items, so use 0 to {list.Items.Count}");
                        return;
                    }
                    if (index == list.Items.Count) list.Items.Add(Missing());
                    else if (last) list.Items[index] = value;
                    at = list.Items[index];
                    break;
                case BrokenNode:
                    return;
                default:
                    problems.Error(value.Place, "", $"'{Shown.Text(steps[i])}' cannot be set: what it belongs to is a plain value in the file");
                    return;
            }
        }
    }

    private static int Find(MappingNode mapping, string key)
    {
        var exact = mapping.Entries.FindIndex(e => e.Key == key);
        return exact >= 0 ? exact : mapping.Entries.FindIndex(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsIndex(string step) => step.Length is > 0 and <= 4 && step.All(char.IsAsciiDigit);

    /// <summary>So that index 10 comes after index 9.</summary>
    private static string Natural(string variable) =>
        string.Join("__", variable.Split("__").Select(s => IsIndex(s) ? s.PadLeft(4, '0') : s));
}
