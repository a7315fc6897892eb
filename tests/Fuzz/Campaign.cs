using System.Diagnostics;

namespace Fuzz;

internal sealed record Tally(string Target, long Inputs, long Taken, double Seconds, string? Finding);

/// <summary>Feeds one target until so many inputs are made, the time is over, or there is a finding.</summary>
internal sealed class Campaign(ulong seed, TextWriter log)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(60);
    private const int Retries = 3;

    private readonly Scratch _input = new();
    private long _began;

    public Tally Run(Target target, long inputs, TimeSpan? limit, long first = 0)
    {
        // damage to what is refused anyway would find nothing
        foreach (var good in target.Seeds)
        {
            var any = Rng.For(0, target.Name, 0);
            if (target.Name is not ("verifier" or "notify-fifo" or "track-file" or "messages") && !target.Read(good, good.Bytes, ref any))
                throw new InvalidOperationException($"{target.Name}: the undamaged {good.Name} is refused");
        }
        var clock = Stopwatch.StartNew();
        long made = 0, taken = 0;
        using var watch = new Timer(_ => EndIfHung(target), null, Hung, TimeSpan.FromSeconds(5));
        for (; made < inputs && (limit is null || (made & 0xff) != 0 || clock.Elapsed < limit); made++)
        {
            var number = first + made;
            var rng = Rng.For(seed, target.Name, number);
            var from = Mutator.Make(target, ref rng, _input);
            if (Try(target, from, rng, ref taken) is { } finding)
                return Found(target, number, finding, made + 1, taken, clock.Elapsed);
        }
        Volatile.Write(ref _began, 0);
        return new Tally(target.Name, made, taken, clock.Elapsed.TotalSeconds, null);
    }

    private string? Try(Target target, Seed from, Rng rng, ref long taken)
    {
        try
        {
            var best = TimeSpan.MaxValue;
            // the machine may have stood still: only what is slow every time is slow
            for (var attempt = 0; attempt < Retries && best > TooLong; attempt++)
            {
                var same = rng;
                var began = Stopwatch.GetTimestamp();
                Volatile.Write(ref _began, began);
                var ok = target.Read(from, _input.Bytes, ref same);
                var took = Stopwatch.GetElapsedTime(began);
                if (attempt == 0 && ok) taken++;
                best = took < best ? took : best;
            }
            return best > TooLong ? $"it takes {best.TotalSeconds:0.0} s" : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e is FindingException ? e.Message : e.ToString();
        }
    }

    private Tally Found(Target target, long number, string finding, long made, long taken, TimeSpan took)
    {
        log.WriteLine($"{target.Name}: input {number} of seed {seed}: {finding}");
        log.WriteLine($"{target.Name}: base64: {Convert.ToBase64String(_input.Bytes)}");
        log.WriteLine($"{target.Name}: again: tests/fuzz --target {target.Name} --seed {seed} --first {number} --inputs 1");
        return new Tally(target.Name, made, taken, took.TotalSeconds, finding);
    }

    /// <summary>A reader that never ends cannot be left alone: the bytes are printed, and the program ends.</summary>
    private void EndIfHung(Target target)
    {
        if (Volatile.Read(ref _began) is not 0 and var began && Stopwatch.GetElapsedTime(began) > Hung)
        {
            log.WriteLine($"{target.Name}: seed {seed}: it has not ended for {Hung.TotalSeconds} s; base64: {Convert.ToBase64String(_input.Bytes)}");
            Environment.Exit(1);
        }
    }
}
