using System.Collections;
using System.Text;

namespace Contracts.Configuration;

/// <summary>What a configuration may reach outside its own text: environment variables and small secret files.</summary>
public sealed class ConfigurationEnvironment
{
    /// <summary>Most bytes of a file named by <c>${file:}</c> or <c>${credential:}</c>.</summary>
    public const int MaxSecretBytes = 64 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public ConfigurationEnvironment(IReadOnlyDictionary<string, string> variables) => Variables = variables;

    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>No variables at all; files are still read.</summary>
    public static ConfigurationEnvironment Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>The variables this process was started with.</summary>
    public static ConfigurationEnvironment OfProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return new ConfigurationEnvironment(variables);
    }

    /// <summary>Reads a text file of at most <paramref name="most"/> bytes of UTF-8. Never throws: the text is null and the error a sentence.</summary>
    public static string? ReadText(string path, int most, out string error)
    {
        error = "";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[most + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > most)
            {
                error = $"is larger than {most / 1024} KB";
                return null;
            }
            var bytes = buffer.AsSpan(0, length);
            if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            error = "is not UTF-8 text";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error = "does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            error = "may not be read by this user (or is a directory)";
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            error = $"cannot be read: {Shown.Text(e.Message, 120)}";
        }
        return null;
    }
}
