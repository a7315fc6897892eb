using System.Globalization;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.History;
using Contracts.Vocabulary;

namespace Arbiter.Api;

/// <summary>What happened, and why: reads of the history and of what this replica knows.</summary>
internal sealed class HistoryApi(ArbiterOptions options, ViewBuilder views, IHistory history, IClusterHistory cluster, IExplainer explainer)
{
    public const int Usual = 50;
    public const int Most = 1000;
    /// <summary>Pages looked through for the last decision of a group whose nodes change roles a lot.</summary>
    private const int MostPages = 5;

    public async Task<IResult> List(HttpContext http, string? name, string? limit, string? before, CancellationToken stopping)
    {
        GroupName? group = null;
        if (name is not null && (group = Known(name)) is null) return Unknown(http, name);
        var most = Usual;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > Most))
            return Wrong(http, $"'limit' is a number from 1 to {Most}.");
        HistoryPlace? below = null;
        if (!string.IsNullOrEmpty(before))
        {
            if (!HistoryPlace.TryParse(before, out var place)) return Wrong(http, "'before' is the 'next' of an earlier answer.");
            below = place;
        }
        var page = group is { } g ? await history.Read(g, below, most, stopping) : await cluster.ReadCluster(below, most, stopping);
        var next = page.Entries.Length == most ? HistoryPlace.Of(page.Entries[^1].Event).ToString() : null;
        return Answers.Json(new HistoryView(views.Build().AnsweredBy, name, [.. page.Entries.Select(Entry)], next, page.Answered, Servers(page)), ApiJson.Default.HistoryView);
    }

    public async Task<IResult> Explain(HttpContext http, string name, string? id, CancellationToken stopping)
    {
        if (Known(name) is not { } group) return Unknown(http, name);
        var by = views.Build().AnsweredBy;
        if (!string.IsNullOrEmpty(id))
        {
            var found = await history.Find(id, stopping);
            if (found is null || found.Event.Group != name)
                return Answers.Problem(http, StatusCodes.Status404NotFound, "Unknown event", $"No server has an event of that id for {name}; 'history' lists the ids.");
            return Answers.Json(new ExplainView(by, name, null, Entry(found), Detail(found), 0, []), ApiJson.Default.ExplainView);
        }
        var (last, page) = await LastDecision(group, stopping);
        return Answers.Json(
            new ExplainView(by, name, explainer.Now(group), last is null ? null : Entry(last), last is null ? null : Detail(last), page.Answered, Servers(page)),
            ApiJson.Default.ExplainView);
    }

    private async Task<(HistoryEntry? Entry, HistoryPage Page)> LastDecision(GroupName group, CancellationToken stopping)
    {
        HistoryPlace? below = null;
        for (var pages = 1; ; pages++)
        {
            var page = await history.Read(group, below, 200, stopping);
            var last = page.Entries.FirstOrDefault(e => e.Event.Type == EventTypes.DecisionMade);
            if (last is not null || page.Entries.Length < 200 || pages == MostPages) return (last, page);
            below = HistoryPlace.Of(page.Entries[^1].Event);
        }
    }

    private EventView Entry(HistoryEntry entry)
    {
        var e = entry.Event;
        if (e.Type != EventTypes.DecisionMade) return EventView.Of(e);
        // a decision that is still being followed is told by the leader as far as it is known
        var outcome = Answers.Stored(entry.Outcome, ApiJson.Default.MoveOutcome)
            ?? (GroupName.TryParse(e.Group, out var group) ? explainer.SoFar(group, e.Epoch) : null);
        return EventView.Of(e, Detail(entry) is not null, outcome);
    }

    private static Explanation? Detail(HistoryEntry entry) => Answers.Stored(entry.Detail, ApiJson.Default.Explanation);

    private static System.Collections.Immutable.ImmutableArray<HistoryServerView> Servers(HistoryPage page) =>
        [.. page.Sources.Select(s => new HistoryServerView(s.Address, s.State, s.Detail, s.Missing))];

    private GroupName? Known(string name) => options.Groups.Where(g => g.Name.Value == name).Select(g => (GroupName?)g.Name).FirstOrDefault();

    private IResult Unknown(HttpContext http, string name) => Answers.Unknown(http, "group", name, options.Groups.Select(g => g.Name.Value));

    private static IResult Wrong(HttpContext http, string detail) => Answers.Problem(http, StatusCodes.Status400BadRequest, "Wrong parameter", detail);
}
