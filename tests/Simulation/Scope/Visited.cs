namespace Simulation.Scope;

/// <summary>The states met, 16 bytes each in one table with open addressing; at most three quarters full.</summary>
internal sealed class Visited
{
    private Hash128[] _slots = new Hash128[1 << 12];

    public long Count { get; private set; }

    public long Bytes => _slots.LongLength * 16;

    /// <summary>False when it was there.</summary>
    public bool Add(Hash128 hash)
    {
        // the empty slot's own value stands for the one hash it would hide
        if (hash == default) hash = new Hash128(0, 1);
        if (Count * 4 >= _slots.LongLength * 3) Grow();
        if (!Put(_slots, hash)) return false;
        Count++;
        return true;
    }

    private static bool Put(Hash128[] slots, Hash128 hash)
    {
        var mask = (ulong)slots.LongLength - 1;
        for (var at = hash.Low & mask; ; at = (at + 1) & mask)
        {
            if (slots[at] == hash) return false;
            if (slots[at] != default) continue;
            slots[at] = hash;
            return true;
        }
    }

    private void Grow()
    {
        var grown = new Hash128[_slots.LongLength * 2];
        foreach (var hash in _slots)
            if (hash != default) Put(grown, hash);
        _slots = grown;
    }
}
