using StackExchange.Redis;

namespace Arbiter.Quorum;

/// <summary>Names for what went wrong with a server. Each counts as no answer; the name is for the person who repairs it.</summary>
internal static class RedisErrors
{
    /// <summary>The key holds no hash.</summary>
    public const string WrongType = "WRONGTYPE";

    private static readonly string[] Known =
        ["OOM", "BUSY", "READONLY", "MISCONF", "WRONGPASS", "NOAUTH", "NOPERM", "LOADING", "MASTERDOWN", "BADBALLOT", "NOREPLICAS", ValueSeal.BadValue, WrongType];

    /// <summary>Whether the server said that it does not believe who we are.</summary>
    public static bool IsRefusal(string said) =>
        said.Contains("WRONGPASS", StringComparison.Ordinal) || said.Contains("NOAUTH", StringComparison.Ordinal);

    /// <summary>What a server answered instead of running the statement.</summary>
    public static Reply Said(string message) => Reply.NoAnswer(Word(message) ?? "error", Short(message));

    public static Reply Classify(Exception error) => error switch
    {
        TimeoutException => Reply.NoAnswer("timeout", "no answer within the operation deadline"),
        RedisServerException server => Said(server.Message),
        // a refused log-in closes the connection; the server's word stands somewhere in the text
        RedisConnectionException connection => Reply.NoAnswer(Word(Everything(connection)) ?? "unreachable", Short(connection.Message)),
        _ => Reply.NoAnswer("unreachable", Short(error.Message)),
    };

    /// <summary>The server's own word; inside scripts it may stand behind other text.</summary>
    private static string? Word(string text) =>
        Known.FirstOrDefault(k => text.StartsWith(k, StringComparison.Ordinal)) ?? Known.FirstOrDefault(k => text.Contains(k, StringComparison.Ordinal));

    private static string Everything(Exception error) => error.InnerException is { } inner ? $"{error.Message} {Everything(inner)}" : error.Message;

    private static string Short(string text) => text.Length <= 200 ? text : text[..200];
}
