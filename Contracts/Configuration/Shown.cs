using System.Text;

namespace Contracts.Configuration;

/// <summary>Text of a file inside a message: one line, bounded, without control characters.</summary>
internal static class Shown
{
    private const int LineMost = 4000;

    /// <summary>A whole message: the same, and as it was when there is nothing wrong in it.</summary>
    public static string Line(string text) => text.Length <= LineMost && !text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') ? text : Text(text, LineMost);

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
