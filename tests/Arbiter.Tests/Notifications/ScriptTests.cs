namespace Arbiter.Tests.Notifications;

/// <summary>Stories of deliveries with recorded answers. <c>ARBITER_REWRITE=1</c> records anew: read the difference before committing it.</summary>
public sealed class ScriptTests
{
    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("ARBITER_REWRITE") == "1";

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder(), "*.txt").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_story_of_deliveries_ends_as_recorded(string name)
    {
        var path = Path.Combine(Folder(), name);
        var text = File.ReadAllText(path);
        var answered = Script.Rewrite(text);
        if (Rewrite) File.WriteAllText(path, answered);
        else Assert.Equal(text, answered);
    }

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return Path.Combine(at.FullName, "tests", "Arbiter.Tests", "Notifications", "Scripts");
        throw new InvalidOperationException($"no Arbiter.sln above {AppContext.BaseDirectory}");
    }
}
