using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary>Absolute paths, in the one usual spelling, so that the same file is never two.</summary>
internal static class FilePath
{
    public static string? Read(Value value)
    {
        if (value.Text("an absolute path", 1024) is not { } text) return null;
        if (Problem(text) is not { } problem) return text;
        value.Wrong(problem);
        return null;
    }

    /// <returns>null when the path is as it should be.</returns>
    public static string? Problem(string text) =>
        !text.StartsWith('/') || text.Length == 1 ? "is no absolute path: it must start with '/'"
        : text.Contains('\0') || text.Contains("//", StringComparison.Ordinal) || text.EndsWith('/') || text.Split('/').Any(part => part is "." or "..")
            ? "is not written plainly: no '//', '.', '..' or '/' at the end"
            : null;
}
