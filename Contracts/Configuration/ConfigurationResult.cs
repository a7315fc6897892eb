using System.Text;

namespace Contracts.Configuration;

/// <summary>What became of a configuration file. With a single error there are no options: a program never runs on half a file.</summary>
public sealed record ConfigurationResult<T>(T? Options, IReadOnlyList<ConfigurationProblem> Errors, IReadOnlyList<ConfigurationProblem> Warnings)
    where T : class
{
    public bool Ok => Options is not null && Errors.Count == 0;

    /// <summary>Every problem on a line of its own, sorted by place: errors as <c>file:line:column: key: message</c>, warnings marked as such.</summary>
    public string Print()
    {
        var text = new StringBuilder();
        foreach (var error in Errors) text.Append(error).Append('\n');
        foreach (var warning in Warnings) text.Append("warning: ").Append(warning).Append('\n');
        return text.ToString();
    }

    /// <summary>Options may hold secrets: only counts are shown.</summary>
    public override string ToString() => $"{Errors.Count} errors, {Warnings.Count} warnings";
}
