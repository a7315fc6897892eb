namespace Contracts.Configuration;

/// <summary>Collects problems, each only once, at most <see cref="Most"/> of a kind; what is beyond is counted.</summary>
internal sealed class ProblemList(string file)
{
    public const int Most = 200;

    private readonly List<ConfigurationProblem> _errors = [];
    private readonly List<ConfigurationProblem> _warnings = [];
    private readonly HashSet<ConfigurationProblem> _seen = [];
    private int _moreErrors;
    private int _moreWarnings;

    public bool Any => _errors.Count > 0;

    public void Error(Place place, string path, string message) => Add(_errors, ref _moreErrors, place, path, message);

    public void Warning(Place place, string path, string message) => Add(_warnings, ref _moreWarnings, place, path, message);

    public IReadOnlyList<ConfigurationProblem> Errors() => Sorted(_errors, _moreErrors, "errors");

    public IReadOnlyList<ConfigurationProblem> Warnings() => Sorted(_warnings, _moreWarnings, "warnings");

    private void Add(List<ConfigurationProblem> list, ref int more, Place place, string path, string message)
    {
        if (list.Count == Most)
        {
            more++;
            return;
        }
        // every reader repeats names of the file in its messages: made fit for a log line here, where none can forget it
        var problem = new ConfigurationProblem(file, place, Shown.Line(path), Shown.Line(message));
        if (_seen.Add(problem)) list.Add(problem);
    }

    private List<ConfigurationProblem> Sorted(List<ConfigurationProblem> list, int more, string kind)
    {
        // stable, so that problems of one place stay in the order they were found; overrides come after the file
        var sorted = list.OrderBy(p => p.Place.Variable is not null)
            .ThenBy(p => p.Place.Line).ThenBy(p => p.Place.Column).ThenBy(p => p.Place.Variable, StringComparer.Ordinal).ToList();
        if (more > 0) sorted.Add(new ConfigurationProblem(file, Place.WholeFile, "", $"and {more} more {kind}"));
        return sorted;
    }
}
