using System.Globalization;

namespace Contracts.Configuration;

/// <summary>
/// One value of the file, still without a type. Each reading method returns null when the value is absent or wrong; wrong values are
/// reported here, absent ones where they were asked for. So a reader reads on and everything wrong is found in one go.
/// </summary>
public sealed class Value
{
    private readonly ConfigurationDocument _document;
    private readonly Node? _node;

    internal Value(ConfigurationDocument document, string path, Place place, Node? node)
    {
        _document = document;
        _node = node;
        Faulty = node is BrokenNode;
        Path = path;
        Place = node?.Place ?? place;
    }

    /// <summary>The key path, such as <c>groups.web.base</c>.</summary>
    public string Path { get; }

    public Place Place { get; }

    public bool Present => _node is not null;

    /// <summary>A single value, neither a list nor a mapping.</summary>
    public bool IsScalar => _node is ScalarNode;

    /// <summary>It is written as <c>{ key: value }</c> or indented keys: for a value that may be either that or a plain text.</summary>
    public bool IsMapping => _node is MappingNode;

    /// <summary>For keys that take one value or several.</summary>
    public bool IsList => _node is ListNode;

    /// <summary>Something was found wrong with it, so a relation to other values says nothing more.</summary>
    public bool Faulty { get; private set; }

    /// <summary>Reports an error at this value.</summary>
    public void Wrong(string message)
    {
        Faulty = true;
        _document.Problems.Error(Place, Path, message);
    }

    /// <summary>Reports a warning at this value.</summary>
    public void Doubtful(string message) => _document.Problems.Warning(Place, Path, message);

    /// <summary>A text that is not empty, with its <c>${...}</c> replaced.</summary>
    public string? Text(string wanted = "a text", int most = 4096) => Bounded(wanted, most, out var text, out _) ? text : null;

    /// <summary>A text that no message ever repeats.</summary>
    public string? Secret() => Bounded("a secret", ConfigurationEnvironment.MaxSecretBytes, out var text, out _) ? text : null;

    public int? Integer(int least, int most)
    {
        if (!Unquoted("a whole number", out var text, out var raw)) return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || text[0] == '+' || (text.TrimStart('-') is ['0', _, ..]))
            return Fail<int>($"'{raw}' is no whole number: give one from {least} to {most}");
        if (number > most) return Fail<int>($"{number} is above {most}: give a whole number from {least} to {most}");
        if (number < least) return Fail<int>($"{number} is below {least}: give a whole number from {least} to {most}");
        return number;
    }

    public double? Number(double least, double most)
    {
        if (!Unquoted("a number", out var text, out var raw)) return null;
        if (text.Length > 20 || !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return Fail<double>(string.Create(CultureInfo.InvariantCulture, $"'{raw}' is no number: give one from {least} to {most}"));
        if (number < least || number > most)
            return Fail<double>(string.Create(CultureInfo.InvariantCulture, $"{number} is outside {least} to {most}"));
        return number;
    }

    public TimeSpan? Duration(TimeSpan least, TimeSpan most)
    {
        if (!Bounded("a duration", 64, out var text, out var raw)) return null;
        var range = $"{DurationText.Format(least)} to {DurationText.Format(most)}";
        if (text.All(char.IsAsciiDigit)) return Fail<TimeSpan>($"'{raw}' has no unit: write {text}ms or {text}s ({range})");
        if (!DurationText.TryParse(text, out var duration)) return Fail<TimeSpan>($"'{raw}' is no duration: {DurationText.Rule}");
        if (duration > most) return Fail<TimeSpan>($"{raw} is above {DurationText.Format(most)}: give a duration from {range}");
        if (duration < least) return Fail<TimeSpan>($"{raw} is below {DurationText.Format(least)}: give a duration from {range}");
        return duration;
    }

    /// <summary>YAML 1.2 booleans, and <c>on</c> and <c>off</c>.</summary>
    public bool? Boolean()
    {
        if (!Unquoted("on or off", out var text, out var raw)) return null;
        return text switch
        {
            "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
            "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
            _ => Fail<bool>($"'{raw}' is neither on nor off: write on, off, true or false"),
        };
    }

    public T? OneOf<T>(params ReadOnlySpan<(string Word, T Meaning)> choices) where T : struct
    {
        var words = new string[choices.Length];
        for (var i = 0; i < words.Length; i++) words[i] = choices[i].Word;
        if (!Bounded($"one of {string.Join(", ", words)}", 256, out var text, out var raw)) return null;
        foreach (var (word, meaning) in choices)
            if (word == text) return meaning;
        return Fail<T>($"'{raw}' is not one of {string.Join(", ", words)}{Suggestion.For(text, words)}");
    }

    /// <summary>The items; null when absent, wrong, or not as many as allowed.</summary>
    public IReadOnlyList<Value>? List(int least, int most, string what)
    {
        if (_node is null or BrokenNode) return null;
        if (_node is not ListNode list)
        {
            Wrong(_node is ScalarNode { IsNull: true } ? $"has no value: give a list of {what}"
                : $"is {_node.Kind} where a list of {what} is expected: write [ ... ] or lines that start with '- '");
            return null;
        }
        if (list.Items.Count < least || list.Items.Count > most)
        {
            Wrong(least == most ? $"has {list.Items.Count} {what}: give exactly {least}" : $"has {list.Items.Count} {what}: give {least} to {most}");
            return null;
        }
        return [.. list.Items.Select((item, i) => new Value(_document, $"{Path}[{i}]", item.Place, item))];
    }

    /// <summary>A mapping whose keys are names chosen by the user.</summary>
    public IReadOnlyList<MapEntry>? Map(int least, int most, string what)
    {
        if (_node is null or BrokenNode) return null;
        if (_node is not MappingNode mapping)
        {
            Wrong(_node is ScalarNode { IsNull: true } ? $"has no value: give {what}, each as 'name: ...'"
                : $"is {_node.Kind} where {what} by name are expected: write 'name: ...' lines");
            return null;
        }
        if (mapping.Entries.Count < least || mapping.Entries.Count > most)
        {
            Wrong($"has {mapping.Entries.Count} {what}: give {least} to {most}");
            return null;
        }
        return [.. mapping.Entries.Select(e =>
        {
            var path = $"{Path}.{Shown.Text(e.Key)}";
            // reported at the key: the value is often on a later line
            return new MapEntry(e.Key, new Value(_document, path, e.Place, null), new Value(_document, path, e.Place, e.Value));
        })];
    }

    /// <summary>A mapping with known keys; keys nobody asked for are reported when the document is finished.</summary>
    public Section? Section()
    {
        if (_node is null or BrokenNode) return null;
        if (_node is MappingNode mapping) return _document.Open(mapping, Path);
        Wrong(_node is ScalarNode { IsNull: true } ? "has no value: give its keys, indented below it, or remove it" : $"is {_node.Kind} where 'key: value' lines are expected");
        return null;
    }

    private T? Fail<T>(string message) where T : struct
    {
        Wrong(message);
        return null;
    }

    private bool Bounded(string wanted, int most, out string text, out string raw)
    {
        (text, raw) = ("", "");
        if (_node is null or BrokenNode) return false;
        if (_node is not ScalarNode scalar)
        {
            Wrong($"is {_node.Kind} where {wanted} is expected");
            return false;
        }
        if (scalar.IsNull || scalar.Text.Length == 0)
        {
            Wrong($"has no value: give {wanted}, or remove the key");
            return false;
        }
        raw = Shown.Text(scalar.Text);
        var expanded = Substitution.Expand(scalar.Text, _document.Environment, out var error);
        if (expanded is null)
        {
            Wrong(error);
            return false;
        }
        if (expanded.Length > most)
        {
            Wrong($"is longer than {most} characters");
            return false;
        }
        text = expanded;
        return true;
    }

    private bool Unquoted(string wanted, out string text, out string raw)
    {
        if (!Bounded(wanted, 256, out text, out raw)) return false;
        if (_node is not ScalarNode { Quoted: true } quoted || Substitution.Has(quoted.Text)) return true;
        Wrong($"is a text in quotes where {wanted} is expected: remove the quotes");
        return false;
    }
}
