namespace Simulation.Quorum;

/// <summary>Randomness from one number, the same on every machine (splitmix64).</summary>
internal sealed class Dice(ulong seed) : Random
{
    private ulong _state = seed;

    public ulong NextULong()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    protected override double Sample() => (NextULong() >> 11) * (1.0 / (1UL << 53));

    public override double NextDouble() => Sample();

    public override int Next(int maxValue) => (int)(NextULong() % (ulong)maxValue);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    /// <summary>Another stream: what is drawn from it does not shift this one.</summary>
    public Dice Fork() => new(NextULong());

    public bool Chance(double probability) => probability > 0 && Sample() < probability;

    public double Between(double least, double most) => least + (most - least) * Sample();

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + (most - least) * Sample();

    /// <summary>Each order of magnitude is as likely as the next.</summary>
    public TimeSpan LogUniform(TimeSpan least, TimeSpan most) => least * Math.Pow(most / least, Sample());

    public T Pick<T>(IReadOnlyList<T> from) => from[Next(from.Count)];
}
