using System.Text.RegularExpressions;

namespace House.Tests.Rules;

/// <summary>A name in backticks or a link of a document that looks like a file of this repository must be one.</summary>
internal static partial class DocNames
{
    /// <param name="document">Path of the Markdown file.</param>
    /// <param name="exists">Whether a file or folder is there, by its path from the root.</param>
    public static IEnumerable<string> Check(string document, string text, Func<string, bool> exists)
    {
        var folder = document.Contains('/') ? document[..document.LastIndexOf('/')] : "";
        foreach (Match m in Fence().Replace(text, "").Length == 0 ? [] : Ticked().Matches(Fence().Replace(text, "")).Cast<Match>())
        {
            var name = m.Groups[1].Value.TrimEnd('/');
            if (!exists(name)) yield return $"{document} names `{m.Groups[1].Value}`, which is not in the repository";
        }
        foreach (Match m in Link().Matches(Fence().Replace(text, "")))
        {
            var target = m.Groups[1].Value;
            var path = Normal(folder, target);
            if (path is null || !exists(path)) yield return $"{document} links to {target}, which is not in the repository";
        }
    }

    private static string? Normal(string folder, string target)
    {
        var parts = folder.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count == 0) return null;
            else parts.RemoveAt(parts.Count - 1);
        }
        return string.Join('/', parts);
    }

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // starts with one of the repository's folders and holds no space, placeholder or option
    [GeneratedRegex(@"`((?:Arbiter|Contracts|NodeAgent|tests|compose|docs|packaging|\.ci)/[\w./-]+)`")]
    private static partial Regex Ticked();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
