using System.Text;
using Arbiter.Core;
using Arbiter.Journal;

namespace Arbiter.Tests.Core;

public sealed class JournalTests
{
    /// <summary>Twins and restarts change what a journal line does not say (the process), so those stories are left out.</summary>
    public static TheoryData<string> Names =>
        [.. ScriptTests.Files().Select(f => Path.GetFileName(f)!).Where(n => n is not "duplicate-node.txt" and not "agent-restarts.txt" and not "README.md")];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_journal_of_a_story_is_a_story_with_the_same_decisions(string name)
    {
        var text = File.ReadAllText(ScriptTests.Files().Single(f => Path.GetFileName(f) == name));
        var (_, told) = Script.Rewrite(text);
        var journal = new StringBuilder(text.Split('\n').First(l => l.StartsWith("group", StringComparison.Ordinal))).Append('\n');
        foreach (var (_, input, _) in told.Steps.Skip(1)) journal.Append(InputLine.Of(input)).Append('\n');
        journal.Append("----\n");

        var (_, again) = Script.Rewrite(journal.ToString());

        Assert.Equal(told.Steps.Select(Seen), again.Steps.Select(Seen));
    }

    private static string Seen((GroupState Before, Input Input, Step Step) s) =>
        $"{InputLine.Of(s.Input)} => {s.Step.Decision.Row}: {string.Join("; ", s.Step.Effects.Where(e => e is not Effect.Say).Select(InputLine.Of))}";
}
