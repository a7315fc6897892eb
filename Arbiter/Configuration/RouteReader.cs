using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Configuration;

namespace Arbiter.Configuration;

/// <summary>The <c>routes:</c> list: which events go to whom. Every route that matches counts, so none can hide another.</summary>
internal static class RouteReader
{
    private const int MostWords = 64;

    /// <param name="receivers">The names under <c>receivers</c>, also of those with a mistake elsewhere. Null: not all could be read, so none is checked.</param>
    /// <param name="groups">Null: something is wrong with them, so their names are not checked.</param>
    public static List<NotificationRoute>? Read(Section root, IReadOnlyCollection<string>? receivers, IReadOnlyList<GroupOptions>? groups)
    {
        var value = root.Optional("routes");
        if (!value.Present) return [];
        if (value.List(0, NotificationRoute.Most, "routes") is not { } items) return null;
        var routes = new List<NotificationRoute>();
        foreach (var item in items)
        {
            if (item.Section() is not { } section || ReadOne(section, receivers, groups) is not { } route) continue;
            if (routes.Any(r => Same(r, route))) item.Doubtful("is the same as an earlier route: nothing is sent twice for it");
            routes.Add(route);
        }
        if (routes.Count != items.Count) return null;
        if (routes.Count > 0 && receivers is not null)
            foreach (var lonely in receivers.Where(r => !routes.Any(x => x.To.Contains(r) || x.Fallback.Contains(r))))
                value.Doubtful($"name the receiver '{lonely}' nowhere: it is told nothing");
        return routes;
    }

    private static NotificationRoute? ReadOne(Section section, IReadOnlyCollection<string>? receivers, IReadOnlyList<GroupOptions>? groups)
    {
        var to = Receivers(section.Required("to", "give the receivers, such as [ ops ]"), receivers);
        var fallbackValue = section.Optional("fallback");
        var fallback = fallbackValue.Present ? Receivers(fallbackValue, receivers) : [];
        var matchValue = section.Optional("match");
        var route = new NotificationRoute { To = [.. to ?? []], Fallback = [.. fallback ?? []] };
        var good = to is not null && fallback is not null;
        if (good && route.Fallback.FirstOrDefault(f => route.To.Contains(f)) is { } both)
        {
            fallbackValue.Wrong($"'{both}' stands under 'to' as well: it gets the event anyway");
            good = false;
        }
        if (!matchValue.Present) return good ? route : null;
        if (matchValue.Section() is not { } match) return null;
        var severities = Words(match.Optional("severity"), Severities.All, "severity");
        var types = Words(match.Optional("type"), EventTypes.All, "type");
        var names = Words(match.Optional("group"), groups?.Select(g => g.Name.Value).ToArray(), "group", match: true);
        var nodes = Words(match.Optional("node"), groups?.SelectMany(g => g.Members).Select(m => m.Node.Value).Distinct().ToArray(), "node", match: true);
        if (severities is null || types is null || names is null || nodes is null || !good) return null;
        if (names.Count > 0 && nodes.Count > 0 && groups is not null
            && !groups.Any(g => names.Contains(g.Name.Value) && g.Members.Any(m => nodes.Contains(m.Node.Value))))
            matchValue.Doubtful("can never match: no group of it has a node of it");
        return route with { Severities = [.. severities], Types = [.. types], Groups = [.. names], Nodes = [.. nodes] };
    }

    private static List<string>? Receivers(Value value, IReadOnlyCollection<string>? receivers)
    {
        if (Texts(value, "the name of a receiver", ReceiverOptions.Most, "receivers") is not { } texts) return null;
        foreach (var (item, text) in texts)
            if (text == ReceiverOptions.Reserved)
                item.Wrong("is told every event, whatever the routes say: leave it out");
            else if (receivers is not null && !receivers.Contains(text))
                item.Wrong(receivers.Count == 0 ? $"'{text}' is no receiver: there are none; add it under 'receivers'" : $"'{text}' is no receiver; known: {string.Join(", ", receivers)}");
        return texts.Any(t => t.Item.Faulty) ? null : [.. texts.Select(t => t.Text).Distinct()];
    }

    /// <param name="match">What is not known can never match, which is doubtful; otherwise it is wrong.</param>
    private static List<string>? Words(Value value, IReadOnlyList<string>? known, string what, bool match = false)
    {
        if (!value.Present) return [];
        if (Texts(value, $"a {what}", MostWords, "words") is not { } texts) return null;
        foreach (var (item, text) in texts)
        {
            if (known is null || known.Contains(text)) continue;
            if (match) item.Doubtful($"can never match: there is no {what} '{text}'");
            else item.Wrong($"'{text}' is no {what}; known: {string.Join(", ", known)}");
        }
        return texts.Any(t => t.Item.Faulty) ? null : [.. texts.Select(t => t.Text).Distinct()];
    }

    /// <summary>One text, or a list of them.</summary>
    private static List<(Value Item, string Text)>? Texts(Value value, string wanted, int most, string what)
    {
        if (value.IsList)
        {
            if (value.List(1, most, what) is not { } items) return null;
            var texts = new List<(Value, string)>();
            foreach (var item in items)
                if (item.Text(wanted, 200) is { } text) texts.Add((item, text));
            return texts.Count == items.Count ? texts : null;
        }
        return value.Text(wanted, 200) is { } one ? [(value, one)] : null;
    }

    private static bool Same(NotificationRoute a, NotificationRoute b) =>
        a.To.SequenceEqual(b.To) && a.Fallback.SequenceEqual(b.Fallback) && a.Severities.SequenceEqual(b.Severities) && a.Types.SequenceEqual(b.Types)
        && a.Groups.SequenceEqual(b.Groups) && a.Nodes.SequenceEqual(b.Nodes);
}
