using System.Text;

namespace Contracts.Configuration;

/// <summary>Text of a file inside a message: one line, bounded, without control characters.</summary>
internal static class Shown
{
    public static string Text(string text, int most = 60)
    {
        var shown = new StringBuilder(Math.Min(text.Length, most) + 3);
        foreach (var c in text)
        {
            if (shown.Length >= most) return shown.Append("...").ToString();
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? '?' : c);
        }
        return shown.ToString();
    }
}
