using System.Collections.Immutable;

namespace World.Stories;

/// <summary>
/// Stories as text, one word after the other, <c>#</c> begins a comment:
/// <code>
/// story NAME TITLE...
///   NODE PRIORITY [raise N] [keep] [nopreempt] [master] [refresh TIME]     each node, in order; keep: init_file without overwrite
///   fence NODE N · raise NODE N · kill NODE · kill-child NODE · stop NODE · start NODE · reload NODE · freeze NODE · thaw NODE
///   unplug NODE · plug NODE · cut NODE NODE · join NODE NODE · wait N adverts|ms|s · until NODE · mark
///   ends NODE...|nobody
///   only N ms|s                                                            the one interval at which it means something
///   slack N adverts|ms|s REASON...                                         added to what two runs may differ by
/// </code>
/// Everything else is an error, and a file with one error has no stories.
/// </summary>
/// <param name="Stories">Empty when there are errors.</param>
public sealed record StoryFile(ImmutableArray<Story> Stories, ImmutableArray<StoryError> Errors)
{
    public const int MostStories = 500;
    private const int LongestLine = 300;

    public static StoryFile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var errors = ImmutableArray.CreateBuilder<StoryError>();
        var stories = ImmutableArray.CreateBuilder<Story>();
        StoryReader? reader = null;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r');
            if (line.Length > LongestLine)
            {
                errors.Add(new StoryError(number, $"the line has {line.Length} characters, at most {LongestLine}"));
                continue;
            }
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            if (words[0] == "story")
            {
                Finish();
                reader = Begin(words, number);
            }
            else if (reader is null) errors.Add(new StoryError(number, $"'{words[0]}' stands before the first story: begin with 'story NAME TITLE'"));
            else if (reader.Read(words) is { } wrong) errors.Add(new StoryError(number, wrong));
        }
        Finish();
        if (stories.Count > MostStories) errors.Add(new StoryError(number, $"{stories.Count} stories, at most {MostStories}"));
        return errors.Count > 0 ? new StoryFile([], errors.ToImmutable()) : new StoryFile(stories.ToImmutable(), []);

        StoryReader Begin(string[] words, int at)
        {
            var name = words.Length > 1 ? words[1] : "";
            if (words.Length < 3) errors.Add(new StoryError(at, "a story has a name and a title: 'story NAME TITLE'"));
            else if (name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
                errors.Add(new StoryError(at, $"the name '{name}' has other characters than a-z, 0-9 and '-'"));
            else if (stories.Any(s => s.Name == name)) errors.Add(new StoryError(at, $"there is another story '{name}'"));
            return new StoryReader(name, string.Join(' ', words.Skip(2)), at);
        }

        void Finish()
        {
            if (reader is null) return;
            if (reader.Missing() is { } missing) errors.Add(new StoryError(reader.Line, $"story {reader.Name}: {missing}"));
            stories.Add(reader.Story);
        }
    }
}

/// <param name="Line">Counted from 1.</param>
public sealed record StoryError(int Line, string Text)
{
    public override string ToString() => $"line {Line}: {Text}";
}
