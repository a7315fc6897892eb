using System.Text;

namespace Arbiter.Tests.Quorum;

/// <summary>
/// Runs Scripts/*.txt: commands, a line of dashes, the recorded answer, an empty line. To record anew, set ARBITER_RECORD_SCRIPTS
/// to the folder of the scripts, run the tests, and read the difference before committing it.
/// </summary>
public sealed class ScriptTests
{
    private const string Line = "----";

    public static TheoryData<string> Scripts => [.. Directory.GetFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Quorum", "Scripts");

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_answers_as_recorded(string script)
    {
        var recorded = File.ReadAllText(Path.Combine(Folder, script));
        var answered = Run(recorded, new ScriptWorld(name => new ModelServer(name)));
        if (Environment.GetEnvironmentVariable("ARBITER_RECORD_SCRIPTS") is { Length: > 0 } folder)
            File.WriteAllText(Path.Combine(folder, script), answered);
        else
            Assert.Equal(recorded, answered);
    }

    [Fact]
    public void There_are_scripts() => Assert.NotEmpty(Scripts);

    internal static string Text(string script) => File.ReadAllText(Path.Combine(Folder, script));

    internal static string Run(string text, ScriptWorld world)
    {
        var answer = new StringBuilder();
        foreach (var block in text.TrimEnd().Split("\n\n"))
        {
            if (answer.Length > 0) answer.Append('\n');
            var commands = block.Split('\n').TakeWhile(l => l != Line).ToArray();
            foreach (var command in commands) answer.Append(command).Append('\n');
            if (commands.All(c => c.StartsWith('#'))) continue;                // a story without commands
            answer.Append(Line).Append('\n');
            foreach (var command in commands.Where(c => !c.StartsWith('#')))
                foreach (var line in world.Do(command)) answer.Append(line).Append('\n');
        }
        return answer.ToString();
    }
}
