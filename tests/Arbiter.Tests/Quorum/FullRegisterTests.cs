using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>A register that is full to the last byte is still renewed and taken over: old history goes first.</summary>
public sealed class FullRegisterTests
{
    private static readonly DateTimeOffset s_utc = DateTimeOffset.UnixEpoch;

    /// <summary>A byte more than a server keeps, and nearly all of it history.</summary>
    private static RegisterValue TooLong()
    {
        var value = RegisterValueTests.Empty with { Outbox = Outbox.Empty };
        var move = new MoveEntry(1, "lb1", "lb2", new string('r', Assigning.MaxReason), s_utc);
        var full = new GroupEntry(1, "lb1", "lb2", "full", s_utc, [.. Enumerable.Repeat(move, GroupEntry.MaxMoves)]);
        for (var g = 0; value.CountBytes() <= RegisterValue.MaxBytes; g++) value = value with { Groups = value.Groups.Add($"g{g:000}", full) };
        return value;
    }

    [Fact]
    public void A_renewal_leaves_old_moves_out_rather_than_not_to_fit()
    {
        var value = TooLong();
        var (renewed, _) = Assigning.Apply(value, []);
        Assert.InRange(renewed.CountBytes(), 1, RegisterValue.MaxBytes);
        Assert.Equal(value.Groups.Keys, renewed.Groups.Keys);
        Assert.All(renewed.Groups.Values, g => Assert.InRange(g.Moves.Length, 0, 3));
    }

    [Fact]
    public void A_register_that_fits_keeps_all_its_history()
    {
        var value = TooLong();
        value = value with { Groups = value.Groups.Remove(value.Groups.Keys.Last()) };
        Assert.Same(value.Groups, Assigning.Apply(value, []).Value.Groups);
    }
}
