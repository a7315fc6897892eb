namespace Contracts.Configuration;

/// <summary>A mapping whose keys are known. A key counts as known once it was asked for by any method here; the rest is reported as unknown.</summary>
public sealed class Section
{
    private readonly ConfigurationDocument _document;
    private readonly MappingNode _mapping;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool _ignoreRest;

    internal Section(ConfigurationDocument document, MappingNode mapping, string path)
    {
        _document = document;
        _mapping = mapping;
        Path = path;
    }

    public string Path { get; }

    /// <param name="hint">What to give, for the message when the key is missing.</param>
    public Value Required(string key, string hint)
    {
        var value = Optional(key);
        if (!value.Present) value.Wrong($"is missing: {hint}");
        return value;
    }

    public Value Optional(string key)
    {
        _known.Add(key);
        var entry = Find(key);
        return new Value(_document, Path.Length == 0 ? key : $"{Path}.{key}", entry?.Place ?? _mapping.Place, entry?.Value);
    }

    public bool Has(string key) => Find(key) is not null;

    /// <summary>A key that has a meaning in a later version: refused, so that nobody relies on what does not happen.</summary>
    public void Later(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys) Refuse(key, "is not available in this version: remove it");
    }

    /// <summary>A key that is understood but has no place here.</summary>
    public void Refuse(string key, string message)
    {
        if (Find(key) is not { } entry) return;
        _known.Add(key);
        _document.Problems.Error(entry.Place, Path.Length == 0 ? key : $"{Path}.{key}", message);
    }

    /// <summary>After a refusal that makes the other keys meaningless.</summary>
    public void IgnoreRest() => _ignoreRest = true;

    internal void Finish()
    {
        if (_ignoreRest) return;
        foreach (var entry in _mapping.Entries)
        {
            if (_known.Contains(entry.Key) || entry.Place.Variable is not null && _known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase)) continue;
            var path = Path.Length == 0 ? Shown.Text(entry.Key) : $"{Path}.{Shown.Text(entry.Key)}";
            var near = Suggestion.For(entry.Key, _known);
            var known = near.Length > 0 ? near : $"; known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}";
            _document.Problems.Error(entry.Place, path, $"unknown key{known}");
        }
    }

    private Entry? Find(string key) =>
        _mapping.Entries.Find(e => e.Key == key)
        ?? _mapping.Entries.Find(e => e.Place.Variable is not null && e.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
}
