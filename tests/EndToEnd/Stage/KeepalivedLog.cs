using System.Text.RegularExpressions;

namespace EndToEnd.Stage;

/// <summary>What keepalived itself wrote of its roles: the truth that everything told is held against.</summary>
internal static partial class KeepalivedLog
{
    /// <summary>MASTER, BACKUP and FAULT in the order in which they were entered.</summary>
    public static IReadOnlyList<string> Roles(LogTail log) =>
        [.. log.Lines.Select(line => Entering().Match(line)).Where(m => m.Success).Select(m => m.Groups["role"].Value)];

    [GeneratedRegex(@"Entering (?<role>MASTER|BACKUP|FAULT) STATE")]
    private static partial Regex Entering();
}
