using System.Collections.Immutable;
using System.Text;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>One row: when it applies, what comes of it, and the sentence that says why.</summary>
internal sealed record Row(string Name, string When, string Then, Func<Facts, bool> Applies, Func<Facts, string> Sentence)
{
    /// <summary>Whom to record and with which reason; null = the row only says.</summary>
    public Func<Facts, (NodeId Holder, string Reason)>? Record { get; init; }
    /// <summary>Takes a serving node down, so it needs the mode to be act; recording what VRRP did does not.</summary>
    public MoveKind Move { get; init; }
}

internal readonly record struct Verdict(Decision Decision, Proposal? Proposal, MoveKind Move);

/// <summary>The rules as a table, first match. Gates say whether anything may be recorded now; rules say what should be. docs/decision-table.md is printed from here.</summary>
internal static class DecisionTable
{
    public static ImmutableArray<Row> Rows { get; } = [.. Gates.Rows, .. Rules.Rows];

    public static Verdict Decide(Facts f)
    {
        var rule = Rules.Rows.First(r => r.Applies(f));
        var gate = Gates.Rows.FirstOrDefault(r => r.Applies(f));
        var wish = rule.Record?.Invoke(f);
        var candidates = Candidates(f, wish?.Holder);
        if (gate is not null)
        {
            var would = wish is { } w ? $"would record {w.Holder} ({w.Reason}): {rule.Sentence(f)}" : null;
            return new Verdict(new Decision(gate.Name, gate.Sentence(f), would, candidates), null, MoveKind.None);
        }
        if (wish is not { } record) return new Verdict(new Decision(rule.Name, rule.Sentence(f), null, candidates), null, MoveKind.None);
        if (rule.Move != MoveKind.None && f.State.Rules.Mode == GroupMode.Observe)
            return new Verdict(new Decision(rule.Name, rule.Sentence(f), $"would have moved to {record.Holder}; the group only observes", candidates), null, MoveKind.None);
        var proposal = new Proposal(f.State.Rules.Group, f.State.Assignment?.Epoch ?? 0, record.Holder, record.Reason)
        {
            Firing = rule.Move == MoveKind.Yield ? f.State.Asked?.Firing : null,
        };
        return new Verdict(new Decision(rule.Name, rule.Sentence(f), null, candidates), proposal, rule.Move);
    }

    private static ImmutableArray<Candidate> Candidates(Facts f, NodeId? chosen) =>
        [.. f.State.Members.Select(m => new Candidate(m.Node,
            m.Node == chosen ? "chosen"
            : m.Node == f.State.Assignment?.Holder ? "recorded holder"
            : f.NotReady(m) is { } why ? $"not a candidate: {why}"
            : "ready"))];

    /// <summary>The table as a page.</summary>
    public static string Print()
    {
        var text = new StringBuilder();
        text.Append("# Decision table\n\n");
        text.Append("Printed from `Arbiter/Core` by its tests; do not edit. What the words mean: [decisions.md](decisions.md).\n\n");
        text.Append("With each input, for each group: the first gate that applies holds everything back, and the first rule that applies is shown as \"would\".\n");
        text.Append("With no gate, the first rule that applies is carried out. Recorded assignments are refreshed in every row of a leader.\n");
        Part(text, "Gates", Gates.Rows);
        Part(text, "Rules", Rules.Rows);
        return text.ToString();
    }

    private static void Part(StringBuilder text, string title, ImmutableArray<Row> rows)
    {
        text.Append($"\n## {title}\n\n| row | when | then |\n| --- | --- | --- |\n");
        foreach (var row in rows) text.Append($"| `{row.Name}` | {row.When} | {row.Then} |\n");
    }
}
