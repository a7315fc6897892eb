using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary>Absolute paths, in the one usual spelling, so that the same file is never two.</summary>
internal static class FilePath
{
    public static string? Read(Value value)
    {
        if (value.Text("an absolute path", 1024) is not { } text) return null;
        if (!text.StartsWith('/') || text.Length == 1)
            value.Wrong("is no absolute path: it must start with '/'");
        else if (text.Contains('\0') || text.Contains("//", StringComparison.Ordinal) || text.EndsWith('/') || text.Split('/').Any(part => part is "." or ".."))
            value.Wrong("is not written plainly: no '//', '.', '..' or '/' at the end");
        else
            return text;
        return null;
    }
}
