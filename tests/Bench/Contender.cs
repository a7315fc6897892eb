namespace Bench;

/// <summary>One way to have a decision recorded by a majority of the same servers; set up once, then asked again and again.</summary>
internal interface IContender
{
    public string Name { get; }

    /// <summary>One operation, from asking to certainty, and back to where the next can begin. Throws when it did not succeed.</summary>
    /// <param name="worker">Workers use objects of their own.</param>
    public Task Once(int worker);
}

/// <summary>The times of one contender, of all its rounds.</summary>
internal sealed class Times
{
    private readonly List<double> _ms = [];
    private double _seconds;

    public void Add(IEnumerable<double> ms, double seconds)
    {
        _ms.AddRange(ms);
        _seconds += seconds;
    }

    public int Count => _ms.Count;

    public double PerSecond => _ms.Count / _seconds;

    /// <summary>The time that this share of the operations did not pass, milliseconds.</summary>
    public double At(double share)
    {
        _ms.Sort();
        return _ms[Math.Min(_ms.Count - 1, (int)(_ms.Count * share))];
    }
}
