namespace Contracts.Configuration;

/// <summary>
/// A strict YAML file under its reader: open it, ask its sections for values, finish it. All problems are collected and come out together.
/// </summary>
public sealed class ConfigurationDocument
{
    /// <summary>Most characters of a configuration file (bytes, when read from disk).</summary>
    public const int MaxLength = 256 * 1024;

    private readonly List<Section> _sections = [];

    private ConfigurationDocument(string file, ConfigurationEnvironment environment)
    {
        Problems = new ProblemList(file);
        Environment = environment;
    }

    internal ProblemList Problems { get; }

    internal ConfigurationEnvironment Environment { get; }

    /// <summary>The file's top level; null when the file cannot be read as YAML.</summary>
    public Section? Root { get; private set; }

    /// <summary>Reads a file of at most 256 KB.</summary>
    public static ConfigurationDocument Load(string path, string overridePrefix, ConfigurationEnvironment environment)
    {
        var text = ConfigurationEnvironment.ReadText(path, MaxLength, out var error);
        if (text is not null) return Parse(text, path, overridePrefix, environment);
        var document = new ConfigurationDocument(path, environment);
        document.Problems.Error(Place.WholeFile, "", $"the file {error}");
        return document;
    }

    /// <param name="overridePrefix">Variables named <c>PREFIX__key__key</c> override the text.</param>
    public static ConfigurationDocument Parse(string text, string file, string overridePrefix, ConfigurationEnvironment environment)
    {
        var document = new ConfigurationDocument(file, environment);
        if (text.Length > MaxLength)
        {
            document.Problems.Error(Place.WholeFile, "", $"the file is larger than {MaxLength / 1024} KB");
            return document;
        }
        if (YamlTree.Read(text, document.Problems) is not { } root) return document;
        Overrides.Apply(root, overridePrefix, environment, document.Problems);
        document.Root = document.Open(root, "");
        return document;
    }

    /// <summary>Reports what no section asked for, and hands out the options if and only if there is no error.</summary>
    public ConfigurationResult<T> Finish<T>(T? options) where T : class
    {
        foreach (var section in _sections) section.Finish();
        if (options is null && !Problems.Any) Problems.Error(Place.WholeFile, "", "cannot be used, and no reason was found");
        return new ConfigurationResult<T>(Problems.Any ? null : options, Problems.Errors(), Problems.Warnings());
    }

    internal Section Open(MappingNode mapping, string path)
    {
        var section = new Section(this, mapping, path);
        _sections.Add(section);
        return section;
    }
}
