namespace Contracts.Configuration;

/// <summary>One thing wrong (or doubtful) in a configuration: where, which key, what is wrong and what to do. Never holds a secret's text.</summary>
/// <param name="Path">The key, such as <c>groups.web.base</c> or <c>groups[0].members[1].node</c>; empty for the file as a whole.</param>
public sealed record ConfigurationProblem(string File, Place Place, string Path, string Message)
{
    /// <summary><c>agent.yaml:12:5: groups.web.base: 300 is above 245 ...</c>, or <c>environment NAME: ...</c> for an override.</summary>
    public override string ToString()
    {
        var where = Place.Variable is { } variable ? $"environment {variable}"
            : Place.Line > 0 ? $"{File}:{Place.Line}:{Place.Column}"
            : File;
        return Path.Length > 0 ? $"{where}: {Path}: {Message}" : $"{where}: {Message}";
    }
}
