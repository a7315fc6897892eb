namespace Fuzz;

/// <summary>Makes a damaged input of a good one: first, for JSON, by its structure, then by bytes. All choices come from the number given.</summary>
internal static class Mutator
{
    private const int RoundsMost = 4;
    private const int RunMost = 32;

    /// <returns>The seed it was made of.</returns>
    public static Seed Make(Target target, ref Rng rng, Scratch into)
    {
        var seed = target.Seeds[rng.Below(target.Seeds.Count)];
        into.Set(seed.Bytes);
        var structured = seed.Values.Count > 0 && !rng.OneIn(3);
        if (structured) Restructure(target, seed, ref rng, into);
        // a third keeps what the structure became: well-formed JSON with something wrong in it
        if (structured && !rng.OneIn(3)) return seed;
        for (var rounds = 1 + rng.Below(RoundsMost); rounds > 0; rounds--) Damage(target, ref rng, into);
        return seed;
    }

    private static void Restructure(Target target, Seed seed, ref Rng rng, Scratch into)
    {
        var (at, length) = seed.Values[rng.Below(seed.Values.Count)];
        switch (rng.Below(6))
        {
            case 0: // another value of the dictionary
                into.Replace(at, length, target.Dictionary[rng.Below(target.Dictionary.Count)]);
                break;
            case 1: // a value from elsewhere, perhaps of another message
                var other = target.Seeds[rng.Below(target.Seeds.Count)];
                if (other.Values.Count == 0) break;
                var (from, count) = other.Values[rng.Below(other.Values.Count)];
                into.Replace(at, length, other.Bytes.AsSpan(from, count));
                break;
            case 2 when seed.Properties.Count > 0: // a property is missing, with the comma on one side
                var (gone, size) = seed.Properties[rng.Below(seed.Properties.Count)];
                var before = gone > 0 && seed.Bytes[gone - 1] == ',';
                into.Replace(before ? gone - 1 : gone, size + (before || gone + size < seed.Bytes.Length && seed.Bytes[gone + size] == ',' ? 1 : 0), []);
                break;
            case 3 when seed.Properties.Count > 0: // a property stands twice, or one of elsewhere stands here
                var (place, _) = seed.Properties[rng.Below(seed.Properties.Count)];
                var (twice, bytes) = seed.Properties[rng.Below(seed.Properties.Count)];
                into.Replace(place, 0, ","u8);
                into.Replace(place, 0, seed.Bytes.AsSpan(twice, bytes));
                break;
            case 4: // the value many times in a list, or deep inside of lists
                var times = 1 + rng.Below(80);
                var value = seed.Bytes.AsSpan(at, length);
                if (rng.OneIn(2))
                {
                    into.Replace(at + length, 0, Repeated("]"u8, times));
                    into.Replace(at, 0, Repeated("["u8, times));
                    break;
                }
                for (var i = 0; i < times && into.Length + length < Scratch.Most; i++)
                {
                    into.Replace(at, 0, ","u8);
                    into.Replace(at, 0, value);
                }
                break;
            default: // a word of the dictionary inside of the value
                into.Replace(at + rng.Below(length), rng.Below(2), target.Dictionary[rng.Below(target.Dictionary.Count)]);
                break;
        }
    }

    private static void Damage(Target target, ref Rng rng, Scratch into)
    {
        var length = into.Length;
        var at = rng.Below(length + 1);
        switch (rng.Below(8))
        {
            case 0 when length > 0:
                into.Bytes[at % length] ^= (byte)(1 << rng.Below(8));
                break;
            case 1 when length > 0:
                into.Bytes[at % length] = (byte)rng.Below(256);
                break;
            case 2:
                into.Replace(at, 1 + rng.Below(RunMost), []);
                break;
            case 3:
                Span<byte> noise = stackalloc byte[1 + rng.Below(RunMost)];
                for (var i = 0; i < noise.Length; i++) noise[i] = (byte)rng.Below(256);
                into.Replace(at, 0, noise);
                break;
            case 4:
                into.Replace(at, rng.Below(4), target.Dictionary[rng.Below(target.Dictionary.Count)]);
                break;
            case 5: // the head of one and the tail of another
                var other = target.Seeds[rng.Below(target.Seeds.Count)].Bytes;
                var from = rng.Below(other.Length);
                into.Replace(at, length, other.AsSpan(from));
                break;
            case 6 when length > 0:
                Span<byte> run = stackalloc byte[Math.Min(1 + rng.Below(RunMost), length - at % length)];
                into.Bytes.Slice(at % length, run.Length).CopyTo(run);
                into.Replace(rng.Below(length + 1), 0, run);
                break;
            default:
                if (rng.OneIn(4)) into.Replace(at, length, []);
                break;
        }
    }

    private static byte[] Repeated(ReadOnlySpan<byte> word, int times)
    {
        var all = new byte[word.Length * times];
        for (var i = 0; i < times; i++) word.CopyTo(all.AsSpan(i * word.Length));
        return all;
    }
}
