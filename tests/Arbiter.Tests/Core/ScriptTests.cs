using Arbiter.Core;

namespace Arbiter.Tests.Core;

/// <summary>Stories with recorded answers. <c>ARBITER_REWRITE=1</c> records anew: read the difference before committing it.</summary>
public sealed class ScriptTests
{
    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("ARBITER_REWRITE") == "1";

    public static TheoryData<string> Names => [.. Files().Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_story_ends_as_recorded(string name)
    {
        var path = Path.Combine(Folder(), "Scripts", name);
        var text = File.ReadAllText(path);
        var (answered, _) = Script.Rewrite(text);
        if (Rewrite) File.WriteAllText(path, answered);
        else Assert.Equal(text, answered);
    }

    [Fact]
    public void Each_row_of_the_table_fires_in_some_story()
    {
        var fired = Files().SelectMany(f => Script.Rewrite(File.ReadAllText(f)).Last.Rows).ToHashSet();
        Assert.Equal("", string.Join(", ", DecisionTable.Rows.Select(r => r.Name).Except(fired)));
        Assert.Contains("follower+would", fired);
    }

    [Fact]
    public void The_printed_table_is_current()
    {
        var path = Path.Combine(Folder(), "..", "..", "..", "docs", "decision-table.md");
        if (Rewrite) File.WriteAllText(path, DecisionTable.Print());
        Assert.Equal(DecisionTable.Print(), File.ReadAllText(path));
    }

    public static IEnumerable<string> Files() => Directory.GetFiles(Path.Combine(Folder(), "Scripts"), "*.txt").Order(StringComparer.Ordinal);

    // Deterministic paths are mapped in the compiled file, so the folder is found from where the test runs
    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return Path.Combine(at.FullName, "tests", "Arbiter.Tests", "Core");
        throw new InvalidOperationException($"no Arbiter.sln above {AppContext.BaseDirectory}");
    }
}
