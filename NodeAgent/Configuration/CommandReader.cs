using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary><c>command: /path arguments</c>, or a list of them; started as it stands, without a shell.</summary>
internal static class CommandReader
{
    private const int MostArguments = 64;
    /// <summary>A process is started for each sample.</summary>
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(500);

    public static ProbeOptions? Read(string name, Section section)
    {
        var value = section.Optional("command");
        var words = value.IsList ? ReadList(value) : ReadText(value);
        var warning = section.Optional("warning").OneOf(("good", true), ("bad", false)) ?? true;
        var probe = ProbeCommon.Read(name, section, ProbeDefaults.Command, limit: "timeout", least: s_least);
        return words is null ? null : probe with { Command = words, WarningIsGood = warning };
    }

    private static IReadOnlyList<string>? ReadList(Value value)
    {
        if (value.List(1, MostArguments, "words") is not { } items) return null;
        var words = new List<string>();
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (item.Text("a word", 1024) is not { } word) continue;
            if (word.Contains('\0')) item.Wrong("holds a zero character, which no program can be given");
            else if (i == 0 && FilePath.Problem(word) is { } problem) item.Wrong(problem);
            else words.Add(word);
        }
        return words.Count == items.Count ? words : null;
    }

    private static IReadOnlyList<string>? ReadText(Value value)
    {
        if (value.Text("a path and its arguments", 4096) is not { } text) return null;
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (text.AsSpan().ContainsAny("'\"\\$`|;&<>\0"))
            value.Wrong("holds a quote or a character that means something to a shell only, and none runs it: give a list of words, such as [ /path, \"an argument\" ]");
        else if (words.Length == 0) value.Wrong("has no word in it: give a path and its arguments");
        else if (words.Length > MostArguments) value.Wrong($"has {words.Length} words: give 1 to {MostArguments}");
        else if (FilePath.Problem(words[0]) is { } problem) value.Wrong(problem);
        else return words;
        return null;
    }
}
