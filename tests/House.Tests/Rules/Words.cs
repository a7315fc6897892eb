using System.Text.RegularExpressions;

namespace House.Tests.Rules;

/// <summary>Words that say that something is not finished, calls that make a run unrepeatable, paths of one machine, and files that grew too long.</summary>
internal static partial class Words
{
    public const int MostLines = 400;

    private static readonly string[] OwnFolders = ["tests/House.Tests/"];

    public static IEnumerable<string> Unfinished(string file, string text)
    {
        if (OwnFolders.Any(o => file.StartsWith(o, StringComparison.Ordinal))) yield break;
        foreach (Match m in UnfinishedWord().Matches(text)) yield return $"{file} says {m.Value.Trim()}: finish it, or say in docs what is not there";
    }

    public static IEnumerable<string> Ambient(Source source)
    {
        if (OwnFolders.Any(o => source.File.StartsWith(o, StringComparison.Ordinal))) yield break;
        foreach (Match m in AmbientCall().Matches(source.Code)) yield return $"{source.File} calls {m.Value}: time and threads come from outside";
    }

    public static IEnumerable<string> MachinePaths(string file, string text)
    {
        if (OwnFolders.Any(o => file.StartsWith(o, StringComparison.Ordinal))) yield break;
        foreach (Match m in MachinePath().Matches(text)) yield return $"{file} names {m.Value}: that is a folder of one machine";
    }

    public static IEnumerable<string> Long(Source source)
    {
        if (source.Lines > MostLines) yield return $"{source.File} has {source.Lines} lines, at most {MostLines}: it holds more than one idea";
    }

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedException|\[(Fact|Theory)\([^)]*\bSkip\s*=")]
    private static partial Regex UnfinishedWord();

    [GeneratedRegex(@"\bTask\.Run\b|\bThread\.Sleep\b|\bDateTime(Offset)?\.(Utc)?Now\b|\bTask\.Factory\.StartNew\b")]
    private static partial Regex AmbientCall();

    [GeneratedRegex(@"(?<![\w.])/(?:work|root|home/\w+)/[\w./-]*")]
    private static partial Regex MachinePath();
}
