using System.Text;
using System.Text.RegularExpressions;

namespace House.Tests;

/// <summary>One C# file. Rules look at its code, in which comments and the texts of literals are blanked out.</summary>
internal sealed partial class Source(string file, string text)
{
    private string? _code;

    public string File => file;
    public string Text => text;
    public string Folder => file.Contains('/') ? file[..file.LastIndexOf('/')] : "";
    public string Code => _code ??= Blank(text);
    public int Lines => text.Count(c => c == '\n') + (text.EndsWith('\n') || text.Length == 0 ? 0 : 1);

    /// <summary>The namespaces it imports, aliases and static imports included.</summary>
    public IReadOnlyList<string> Usings => [.. UsingLine().Matches(Code).Select(m => m.Groups[1].Value)];

    public bool Names(string identifier) => Regex.IsMatch(Code, $@"(?<![\w.]){Regex.Escape(identifier)}(?!\w)");

    public bool Mentions(string identifier) => Regex.IsMatch(Code, $@"(?<!\w){Regex.Escape(identifier)}(?!\w)");

    /// <summary>Types declared at the top level of a file.</summary>
    public IReadOnlyList<string> Types => [.. TypeLine().Matches(Code).Select(m => m.Groups[1].Value).Distinct()];

    /// <summary>Comments and the insides of text and character literals become spaces; everything keeps its place.</summary>
    private static string Blank(string text)
    {
        var code = new StringBuilder(text.Length);
        foreach (Match token in Token().Matches(text))
        {
            var t = token.Value;
            var isCode = !(t.StartsWith("//", StringComparison.Ordinal) || t.StartsWith("/*", StringComparison.Ordinal) || t.Contains('"') || t[0] == '\'');
            foreach (var c in t) code.Append(isCode || c == '\n' ? c : ' ');
        }
        return code.ToString();
    }

    // a raw text, a verbatim text, a text, a character, a comment, or one character of code
    [GeneratedRegex(""""\$*(?<q>"{3,}).*?\k<q>|(?:\$@|@\$|@)"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.[^']*|[^'\\\n])'|//[^\n]*|/\*.*?\*/|.|\n"""", RegexOptions.Singleline)]
    private static partial Regex Token();

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?:global::)?([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^(?:(?:public|internal|sealed|static|abstract|partial|readonly|file|unsafe)\s+)*(?:record\s+struct|record\s+class|record|class|struct|interface|enum)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
