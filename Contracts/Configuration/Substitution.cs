using System.Text;

namespace Contracts.Configuration;

/// <summary>
/// Replaces <c>${file:/path}</c>, <c>${env:NAME}</c> and <c>${credential:NAME}</c> (systemd: <c>$CREDENTIALS_DIRECTORY/NAME</c>) inside a value.
/// What comes out is not looked at again. <c>$${</c> is a plain <c>${</c>.
/// </summary>
internal static class Substitution
{
    private const int MaxPerValue = 8;

    public static bool Has(string text) => text.Contains("${", StringComparison.Ordinal);

    /// <returns>The text, or null with the error; the error never holds what was read.</returns>
    public static string? Expand(string text, ConfigurationEnvironment environment, out string error)
    {
        error = "";
        if (!Has(text)) return text;
        var result = new StringBuilder();
        var at = 0;
        for (var count = 0; ; count++)
        {
            var open = text.IndexOf("${", at, StringComparison.Ordinal);
            if (open < 0) return result.Append(text, at, text.Length - at).ToString();
            if (open > at && text[open - 1] == '$')
            {
                result.Append(text, at, open - 1 - at).Append("${");
                at = open + 2;
                continue;
            }
            var close = text.IndexOf('}', open);
            if (close < 0)
            {
                error = "'${' is not closed by '}' (write '$${' for a plain '${')";
                return null;
            }
            if (count >= MaxPerValue)
            {
                error = $"more than {MaxPerValue} '${{...}}' in one value";
                return null;
            }
            var value = One(text[(open + 2)..close], environment, out error);
            if (value is null) return null;
            result.Append(text, at, open - at).Append(value);
            at = close + 1;
        }
    }

    private static string? One(string reference, ConfigurationEnvironment environment, out string error)
    {
        error = "";
        var colon = reference.IndexOf(':');
        var kind = colon < 0 ? reference : reference[..colon];
        var name = colon < 0 ? "" : reference[(colon + 1)..];
        switch (kind)
        {
            case "env" when name.Length > 0:
                if (environment.Variables.TryGetValue(name, out var variable) && variable.Length > 0) return variable;
                error = $"the environment variable {Shown.Text(name)} is not set or empty";
                return null;
            case "file" when name.StartsWith('/'):
                return File(name, $"the file {Shown.Text(name, 200)}", out error);
            case "file":
                error = $"'${{{Shown.Text(reference, 200)}}}' needs an absolute path, such as ${{file:/etc/arbiter/mq.password}}";
                return null;
            case "credential" when name.Length > 0:
                if (name.Contains('/') || name is "." or "..")
                {
                    error = $"'{Shown.Text(name)}' is no credential name: it is one file name, without '/'";
                    return null;
                }
                if (environment.Variables.TryGetValue("CREDENTIALS_DIRECTORY", out var directory) && directory.StartsWith('/'))
                    return File($"{directory}/{name}", $"the credential {Shown.Text(name)}", out error);
                error = $"the credential {Shown.Text(name)} cannot be read: CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit file sets it)";
                return null;
            default:
                error = $"'${{{Shown.Text(reference)}}}' is not known: use ${{file:/path}}, ${{env:NAME}} or ${{credential:NAME}} (or '$${{' for a plain '${{')";
                return null;
        }
    }

    private static string? File(string path, string what, out string error)
    {
        var text = ConfigurationEnvironment.ReadText(path, ConfigurationEnvironment.MaxSecretBytes, out error);
        if (text is null)
        {
            error = $"{what} {error}";
            return null;
        }
        text = text.TrimEnd('\r', '\n');
        if (text.Length > 0) return text;
        error = $"{what} is empty";
        return null;
    }
}
