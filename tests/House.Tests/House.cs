using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace House.Tests;

/// <summary>The repository on disk: found from where this file was compiled or from where the tests run.</summary>
internal static class House
{
    private static readonly string[] NotOurs = ["artifacts", "bin", "obj", ".git", ".state", "TestResults", "node_modules"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file of the repository, as paths relative to its root with '/'.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static IEnumerable<Source> Sources => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).Select(f => new Source(f, Read(f)));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string Absolute(string file) => Path.Combine(Root, file);

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder))
            if (!NotOurs.Contains(Path.GetFileName(inner)))
                foreach (var file in Walk(inner)) yield return file;
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory, Path.GetDirectoryName(here) ?? "/" })
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
                if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return at.FullName;
        throw new InvalidOperationException("Arbiter.sln was not found above the tests");
    }
}
