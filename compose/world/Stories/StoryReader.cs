using System.Collections.Immutable;
using System.Globalization;

namespace World.Stories;

/// <summary>Takes the lines of one story, in order, and says what is wrong with each.</summary>
internal sealed class StoryReader(string name, string title, int line)
{
    private const int MostNodes = 8;
    private const int MostSteps = 100;
    private const int LargestNumber = 100_000;
    private const double LongestAdverts = 100;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly ImmutableArray<NodeSetup>.Builder _setup = ImmutableArray.CreateBuilder<NodeSetup>();
    private readonly ImmutableArray<StoryStep>.Builder _steps = ImmutableArray.CreateBuilder<StoryStep>();
    private ImmutableArray<string> _ends;
    private TimeSpan? _only;
    private Slack? _slack;

    public string Name => name;
    public int Line => line;

    public Story Story => new(name, title, _setup.ToImmutable(), _steps.ToImmutable()) { Ends = _ends.IsDefault ? [] : _ends, Only = _only, Slack = _slack };

    /// <summary>What a whole story must have and this one has not; null when it is whole.</summary>
    public string? Missing() =>
        _setup.Count == 0 ? "it has no node"
        : _steps.Count(s => s is StoryStep.Mark) != 1 ? "it has not exactly one 'mark'"
        : _ends.IsDefault ? "it does not say how it ends"
        : null;

    /// <summary>Null when the line is good.</summary>
    public string? Read(string[] words)
    {
        var (word, rest) = (words[0], words[1..]);
        if (word == "ends") return Ends(rest);
        if (word == "only") return Only(rest);
        if (word == "slack") return ReadSlack(rest);
        if (rest.Length > 0 && _steps.Count == 0 && Number(rest[0]) is { } priority && !Verbs.Contains(word)) return Node(word, priority, rest[1..]);
        if (!Verbs.Contains(word)) return $"'{word}' is neither a step nor a node with its priority";
        if (!_ends.IsDefault) return $"'{word}' stands after 'ends'";
        if (_steps.Count == MostSteps) return $"more than {MostSteps} steps";
        return Step(word, rest);
    }

    private static readonly string[] Verbs =
        ["fence", "raise", "kill", "kill-child", "stop", "start", "reload", "freeze", "thaw", "unplug", "plug", "cut", "join", "wait", "until", "mark"];

    private string? Node(string node, int priority, string[] options)
    {
        if (_setup.Count == MostNodes) return $"more than {MostNodes} nodes";
        if (_setup.Any(s => s.Node == node)) return $"{node} is there already";
        if (priority is < 1 or > 254) return $"priority {priority} is not within 1 to 254";
        var setup = new NodeSetup(node, priority);
        for (var i = 0; i < options.Length; i++)
        {
            switch (options[i])
            {
                case "keep": setup = setup with { Overwrite = false }; break;
                case "nopreempt": setup = setup with { NoPreempt = true }; break;
                case "master": setup = setup with { StartAsMaster = true }; break;
                case "raise" when i + 1 < options.Length && Number(options[i + 1]) is { } raise: setup = setup with { Raise = raise }; i++; break;
                case "refresh" when i + 2 < options.Length && Time(options[i + 1], options[i + 2]) is { } every: setup = setup with { GarpMasterRefresh = every }; i += 2; break;
                case var other: return $"'{other}': a node may have 'raise N', 'keep', 'nopreempt', 'master', 'refresh N s'";
            }
        }
        if (setup.Raise != 0 && setup.Overwrite) return "'raise' needs 'keep': without it the start writes 0";
        _setup.Add(setup);
        return null;
    }

    private string? Step(string verb, string[] rest)
    {
        if (rest.Take(verb is "cut" or "join" ? 2 : verb is "wait" or "mark" ? 0 : 1).FirstOrDefault(w => !Known(w)) is { } unknown)
            return $"'{unknown}' is no node of this story";
        StoryStep? step = (verb, rest) switch
        {
            ("fence", [var node, var value]) when Number(value) is { } n => new StoryStep.Fence(node, n),
            ("raise", [var node, var value]) when Number(value) is { } n => new StoryStep.Raise(node, n),
            ("kill", [var node]) => new StoryStep.KillKeepalived(node),
            ("kill-child", [var node]) => new StoryStep.KillVrrpChild(node),
            ("stop", [var node]) => new StoryStep.StopKeepalived(node),
            ("start", [var node]) => new StoryStep.StartKeepalived(node),
            ("reload", [var node]) => new StoryStep.Reload(node),
            ("freeze", [var node]) => new StoryStep.Freeze(node, true),
            ("thaw", [var node]) => new StoryStep.Freeze(node, false),
            ("unplug", [var node]) => new StoryStep.Cable(node, false),
            ("plug", [var node]) => new StoryStep.Cable(node, true),
            ("cut", [var node, var other]) when node != other => new StoryStep.Partition(node, other, true),
            ("join", [var node, var other]) when node != other => new StoryStep.Partition(node, other, false),
            ("wait", [var count, "adverts" or "advert"]) when Adverts(count) is { } n => new StoryStep.WaitAdverts(n),
            ("wait", [var count, var unit]) when Time(count, unit) is { } time => new StoryStep.Wait(time),
            ("until", [var node]) => new StoryStep.UntilMaster(node),
            ("mark", []) => new StoryStep.Mark(),
            _ => null,
        };
        if (step is null) return $"'{verb} {string.Join(' ', rest)}' does not read as a step";
        _steps.Add(step);
        return null;
    }

    private string? Ends(string[] nodes)
    {
        if (!_ends.IsDefault) return "a second 'ends'";
        if (nodes is ["nobody"])
        {
            _ends = [];
            return null;
        }
        if (nodes.Length == 0) return "'ends' names nodes, or nobody";
        if (nodes.FirstOrDefault(n => !Known(n)) is { } unknown) return $"'{unknown}' is no node of this story";
        if (nodes.Distinct().Count() != nodes.Length) return "'ends' names a node twice";
        _ends = [.. nodes.Order(StringComparer.Ordinal)];
        return null;
    }

    private string? Only(string[] words)
    {
        if (_only is not null) return "a second 'only'";
        if (words is not [var count, var unit] || Time(count, unit) is not { } advert) return "'only' has an interval: 'only 1 s'";
        _only = advert;
        return null;
    }

    private string? ReadSlack(string[] words)
    {
        if (_slack is not null) return "a second 'slack'";
        if (words.Length < 3) return "'slack' has a size and a reason: 'slack 20 ms REASON'";
        var reason = string.Join(' ', words[2..]);
        if (words[1] is "adverts" or "advert" && Adverts(words[0]) is { } adverts) _slack = new Slack(adverts, TimeSpan.Zero, reason);
        else if (Time(words[0], words[1]) is { } time) _slack = new Slack(0, time, reason);
        else return $"'{words[0]} {words[1]}' is no size: N adverts, N ms or N s";
        return null;
    }

    private bool Known(string node) => _setup.Any(s => s.Node == node);

    private static int? Number(string word) =>
        int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && Math.Abs((long)n) <= LargestNumber ? n : null;

    private static double? Adverts(string word) => Positive(word) is { } n and <= LongestAdverts ? n : null;

    private static TimeSpan? Time(string word, string unit) =>
        Positive(word) is not { } n || n > LongestWait.TotalMilliseconds ? null
        : (unit == "s" ? TimeSpan.FromSeconds(n) : unit == "ms" ? TimeSpan.FromMilliseconds(n) : TimeSpan.MaxValue) is var time && time <= LongestWait ? time : null;

    private static double? Positive(string word) =>
        double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && n > 0 && double.IsFinite(n) ? n : null;
}
