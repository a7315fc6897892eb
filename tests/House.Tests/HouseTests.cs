using House.Tests.Rules;

namespace House.Tests;

/// <summary>The rules of the house, held over the repository as it stands.</summary>
public sealed class HouseTests
{
    [Fact]
    public void Every_file_depends_only_on_what_its_folder_may_use() => None(House.Sources.SelectMany(Dependencies.Check));

    [Theory]
    [InlineData("Arbiter")]
    [InlineData("NodeAgent")]
    public void No_room_uses_the_inside_of_another(string program) => None(Adapters.Check([.. House.Sources], program));

    [Fact]
    public void Nothing_says_that_it_is_unfinished() => None(TextFiles().SelectMany(f => Words.Unfinished(f, House.Read(f))));

    [Fact]
    public void Nothing_takes_time_or_threads_from_the_surroundings() => None(House.Sources.SelectMany(Words.Ambient));

    [Fact]
    public void Nothing_names_a_folder_of_one_machine() => None(TextFiles().SelectMany(f => Words.MachinePaths(f, House.Read(f))));

    [Fact]
    public void No_source_file_is_longer_than_one_idea_needs() => None(House.Sources.SelectMany(Words.Long));

    [Fact]
    public void Every_file_that_a_document_names_is_there() =>
        None(House.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)).SelectMany(f => DocNames.Check(f, House.Read(f), Exists)));

    [Fact]
    public void Every_room_of_the_table_is_there_and_has_sources()
    {
        foreach (var folder in new[] { "Contracts/Vocabulary", "Contracts/Messages", "Contracts/Bus", "Arbiter/Core", "NodeAgent/Core", "Arbiter/Api" })
            Assert.Contains(House.Sources, s => s.Folder == folder);
    }

    private static bool Exists(string path) => File.Exists(House.Absolute(path)) || Directory.Exists(House.Absolute(path));

    private static IEnumerable<string> TextFiles() => House.Files.Where(f =>
        Path.GetExtension(f) is ".cs" or ".csproj" or ".props" or ".md" or ".sh" or ".yaml" or ".yml" or ".json" or ".css" or ".js" or ".service" or ".conf" or ".lua" or "" && !f.EndsWith("LICENSE", StringComparison.Ordinal));

    private static void None(IEnumerable<string> findings)
    {
        var list = findings.ToList();
        Assert.True(list.Count == 0, string.Join('\n', list));
    }
}
