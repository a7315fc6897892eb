using System.CommandLine;
using System.Text.Json;
using Arbiter.Api;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace Arbiter.Cli;

/// <summary><c>history</c> and <c>explain</c>: what happened, and why.</summary>
internal static class PastCommands
{
    private const int Usual = 30;
    private const int Most = 10_000;
    private const int Page = 500;

    public static Command History(Terminal terminal, string? arbiterUrl, TimeProvider time)
    {
        var group = new Argument<string?>("GROUP") { Description = "The group's name. Without it: what concerns the cluster, such as who leads.", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int?>("--limit") { Description = $"At most so many events, 1 to {Most}; {Usual}, or {Most} with --since." };
        var since = new Option<string?>("--since") { Description = "Only what is younger, such as 30s, 10m, 2h." };
        var json = new Option<bool>("--json") { Description = "As JSON (docs/api.md)." };
        var command = new Command("history", "What happened, newest first. Asks the arbiter at ARBITER_URL.") { group, limit, since, json };
        command.SetAction(async (parsed, stopping) =>
        {
            var name = Name(parsed.GetValue(group));
            var young = Since(parsed.GetValue(since));
            var most = parsed.GetValue(limit) ?? (young is null ? Usual : Most);
            if (most is < 1 or > Most) throw new CliException(Exit.Usage, $"--limit is a number from 1 to {Most}");
            using var api = new ApiClient(arbiterUrl);
            var (answer, entries) = await Read(api, name, most, time.GetUtcNow() - young, stopping);
            if (parsed.GetValue(json)) terminal.Out.WriteLine(JsonSerializer.Serialize(answer with { Entries = [.. entries] }, ApiJson.Default.HistoryView));
            else PastText.Write(terminal, answer, entries);
            return Exit.Done;
        });
        return command;
    }

    public static Command Explain(Terminal terminal, string? arbiterUrl)
    {
        var group = new Argument<string>("GROUP") { Description = "The group's name." };
        var id = new Option<string?>("--event") { Description = "A past event by its id ('history --json' lists them) instead of the present." };
        var json = new Option<bool>("--json") { Description = "As JSON (docs/history.md)." };
        var command = new Command("explain", "Why a group is where it is, who else could hold it, and why it moved last. Asks the arbiter at ARBITER_URL.") { group, id, json };
        command.SetAction(async (parsed, stopping) =>
        {
            using var api = new ApiClient(arbiterUrl);
            var query = parsed.GetValue(id) is { } e ? $"?event={Uri.EscapeDataString(e)}" : "";
            var view = await api.Get($"api/v1/groups/{Name(parsed.GetRequiredValue(group))}/explain{query}", ApiJson.Default.ExplainView, stopping);
            if (parsed.GetValue(json)) terminal.Out.WriteLine(JsonSerializer.Serialize(view, ApiJson.Default.ExplainView));
            else ExplainText.Write(terminal, view);
            return Exit.Done;
        });
        return command;
    }

    private static async Task<(HistoryView Last, List<EventView> Entries)> Read(ApiClient api, string? name, int most, DateTimeOffset? after, CancellationToken stopping)
    {
        var path = name is null ? "api/v1/history" : $"api/v1/groups/{name}/history";
        var entries = new List<EventView>();
        string? before = null;
        while (true)
        {
            var page = await api.Get($"{path}?limit={Math.Min(Page, most - entries.Count)}{(before is null ? "" : $"&before={before}")}", ApiJson.Default.HistoryView, stopping);
            // a transition may be told long after it happened, so one old event does not mean that older ones follow only
            var young = page.Entries.Where(e => after is null || e.At >= after).ToList();
            entries.AddRange(young);
            if (young.Count == 0 || page.Next is null || entries.Count >= most) return (young.Count == 0 ? page with { Next = null } : page, entries);
            before = page.Next;
        }
    }

    /// <summary>A name goes into a path: what cannot be one is not asked for.</summary>
    private static string? Name(string? given) =>
        given is null || GroupName.TryParse(given, out _) ? given : throw new CliException(Exit.Usage, $"'{Terminal.Clean(given)}' is no group name: {Names.Rule}");

    private static TimeSpan? Since(string? text)
    {
        if (text is null) return null;
        return DurationText.TryParse(text, out var span) && span > TimeSpan.Zero
            ? span
            : throw new CliException(Exit.Usage, $"--since is '{Terminal.Clean(text)}'; write a duration such as 30s, 10m or 2h");
    }
}
