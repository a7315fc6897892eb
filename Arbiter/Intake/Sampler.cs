namespace Arbiter.Intake;

/// <summary>Says of a repeated trouble only the first and then one in 10 s, with how many were kept quiet. Not thread safe.</summary>
internal sealed class Sampler
{
    private const int KeysMost = 256;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (TimeSpan At, int Quiet)> _said = new(StringComparer.Ordinal);

    /// <summary>How many were kept quiet since the last line; null = keep this one quiet too.</summary>
    public int? Due(string key, TimeSpan now)
    {
        // names come from outside: past the limit all the rest share one line
        if (!_said.ContainsKey(key) && _said.Count >= KeysMost) key = "";
        if (_said.TryGetValue(key, out var last) && now - last.At < Every)
        {
            _said[key] = (last.At, last.Quiet + 1);
            return null;
        }
        _said[key] = (now, 0);
        return last.Quiet;
    }
}
