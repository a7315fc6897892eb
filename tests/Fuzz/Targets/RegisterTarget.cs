using System.Text;
using Arbiter.Quorum;

namespace Fuzz.Targets;

/// <summary>What a Redis server returns as the register.</summary>
internal sealed class RegisterTarget : Target
{
    public override string Name => "register";

    public static RegisterTarget Create() => new() { Seeds = [Seed.Load("register.json"), Seed.Load("register-before.json")], Dictionary = Words(JsonWords) };

    public override bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng)
    {
        if (!RegisterValue.TryParse(Encoding.UTF8.GetString(input), out var value, out var reason))
            return reason.Length > 0 ? false : throw new FindingException("refused without a reason");
        _ = value.Assignments();
        var written = value.ToJson();
        if (!RegisterValue.TryParse(written, out var again, out reason)) throw new FindingException($"taken, and refused when written again: {reason}");
        if (again.ToJson() != written) throw new FindingException("taken, and another value when written and read again");
        return true;
    }
}
