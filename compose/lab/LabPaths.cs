namespace Lab;

/// <summary>Where a lab keeps what. The prefix tells labs that stand side by side apart.</summary>
internal sealed record LabPaths
{
    public const string DefaultPrefix = "arb";
    private const int LongestPrefix = 10;

    public required string Prefix { get; init; }
    /// <summary>The folder compose/lab with its scripts.</summary>
    public required string Home { get; init; }
    /// <summary>The published programs; seen by every host as /run/lab-bin.</summary>
    public required string Programs { get; init; }

    public string State => Path.Combine(Home, ".state", Prefix);
    public string Hosts => Path.Combine(State, "hosts");
    public string Logs => Path.Combine(State, "log");
    public string LabFile => Path.Combine(State, "lab.json");
    public string LockFile => Path.Combine(Home, ".state", Prefix + ".lock");
    public string PidFile(string host) => Path.Combine(Hosts, host + ".pid");
    public string ReadyFile(string host) => Path.Combine(Hosts, host + ".ready");
    public string LogFolder(string host) => Path.Combine(Logs, host);

    /// <summary>The classic set-up that is measured beside this lab has its own hosts.</summary>
    public LabPaths ForSeed() => this with { Prefix = Prefix + "-seed" };

    /// <exception cref="LabError">LAB_PREFIX is not a short name, or the lab's folder is not found.</exception>
    public static LabPaths Find(string? prefix = null)
    {
        prefix ??= Environment.GetEnvironmentVariable("LAB_PREFIX") is { Length: > 0 } given ? given : DefaultPrefix;
        if (prefix.Length > LongestPrefix || prefix.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
            throw new LabError($"LAB_PREFIX '{prefix}': use 1 to {LongestPrefix} of a-z and 0-9", LabError.Usage);
        var root = Root();
        return new LabPaths
        {
            Prefix = prefix,
            Home = Path.Combine(root, "compose", "lab"),
            Programs = Path.Combine(root, "artifacts", "lab"),
        };
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Arbiter.sln"))) return folder.FullName;
        }
        throw new LabError($"no Arbiter.sln above {AppContext.BaseDirectory}: run the lab from its repository");
    }
}
