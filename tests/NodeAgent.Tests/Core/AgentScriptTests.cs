using System.Text;

namespace NodeAgent.Tests.Core;

/// <summary>
/// Every file in Scripts is one story; its answers are recorded. <c>REWRITE=1</c> writes them anew: read the difference before committing.
/// </summary>
public sealed class AgentScriptTests
{
    private static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Core", "Scripts");

    public static IEnumerable<TheoryDataRow<string>> Scripts() =>
        Directory.EnumerateFiles(Folder, "*.txt").Order(StringComparer.Ordinal).Select(f => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(f)));

    [Theory]
    [MemberData(nameof(Scripts))]
    public void The_story_ends_as_recorded(string name)
    {
        var file = Path.Combine(Folder, name + ".txt");
        var recorded = File.ReadAllText(file);
        var played = Play(recorded);
        if (Environment.GetEnvironmentVariable("REWRITE") is { Length: > 0 } source) File.WriteAllText(Path.Combine(source, name + ".txt"), played);
        Assert.Equal(recorded, played);
    }

    [Fact]
    public void There_are_stories() => Assert.True(Scripts().Count() >= 10);

    private static string Play(string text)
    {
        var (script, result) = (new AgentScript(), new StringBuilder());
        foreach (var block in text.ReplaceLineEndings("\n").Trim('\n').Split("\n\n"))
        {
            var command = block.Split("\n----")[0];
            result.Append(command);
            if (command.Split('\n').Any(l => !l.StartsWith('#'))) result.Append("\n----\n").Append(script.Run(command).TrimEnd('\n'));
            result.Append("\n\n");
        }
        return result.ToString().TrimEnd('\n') + "\n";
    }
}
