using World.Stories;

namespace Simulation.Stories;

/// <summary>The stories as they stand beside the programs, and the two intervals they are played at.</summary>
internal static class StoryBook
{
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(100);

    public static string Text() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Stories", "keepalived.txt"));

    public static IReadOnlyList<Story> All() => StoryFile.Parse(Text()).Stories;

    public static Story Named(string name) => All().Single(s => s.Name == name);
}
