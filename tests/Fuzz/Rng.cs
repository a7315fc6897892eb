namespace Fuzz;

/// <summary>splitmix64: the same numbers on every machine and runtime, and begun anew for each input, so that one input can be made again alone.</summary>
internal struct Rng(ulong seed)
{
    private ulong _state = seed;

    public static Rng For(ulong seed, string target, long input)
    {
        var mixed = seed;
        foreach (var c in target) mixed = mixed * 31 + c;
        return new Rng(mixed * 0x9E3779B97F4A7C15 + (ulong)input);
    }

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below <paramref name="n"/>, which is above 0.</summary>
    public int Below(int n) => (int)(((Next() >> 32) * (ulong)n) >> 32);

    public bool OneIn(int n) => Below(n) == 0;
}
