using Arbiter.Quorum;
using CsCheck;

namespace Arbiter.Tests.Quorum;

public sealed class BallotTests
{
    private static readonly Gen<(long Gen, long Number, ulong Proposer)> Parts =
        Gen.Select(Gen.Long[0, Ballot.MaxPart], Gen.Long[0, Ballot.MaxPart], Gen.ULong);

    /// <summary>Often alike in one part, so that the next one decides.</summary>
    private static readonly Gen<(long Gen, long Number, ulong Proposer)> Near =
        Gen.Select(Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, Ballot.MaxPart]), Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, Ballot.MaxPart]), Gen.OneOf(Gen.ULong[0, 3], Gen.ULong));

    [Fact]
    public void A_ballot_is_48_digits_and_gives_its_parts_back() => Parts.Sample(p =>
    {
        var ballot = Ballot.Of(p.Gen, p.Number, p.Proposer);
        return ballot.Text.Length == 48 && ballot.Text.All(char.IsAsciiDigit)
            && (ballot.Generation, ballot.Number, ballot.Proposer) == p
            && Ballot.TryParse(ballot.Text, out var read) && read == ballot;
    });

    [Fact]
    public void Text_order_is_the_order_of_generation_then_number_then_proposer() => Gen.Select(Near, Near).Sample((a, b) =>
    {
        var (one, other) = (Ballot.Of(a.Gen, a.Number, a.Proposer), Ballot.Of(b.Gen, b.Number, b.Proposer));
        var order = Math.Sign(a.CompareTo(b));
        // the servers compare the texts, this program the numbers
        return Math.Sign(string.CompareOrdinal(one.Text, other.Text)) == order && Math.Sign(one.CompareTo(other)) == order && one.Equals(other) == (order == 0);
    });

    [Fact]
    public void None_is_below_every_ballot()
    {
        Assert.True(Ballot.None < Ballot.Of(0, 0, 0));
        Assert.True(Ballot.TryParse("", out var none) && none.IsNone);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("00000000000001000000000000020000000000000000000x")]
    [InlineData("000000000000010000000000000200000000000000000003 ")]
    [InlineData("000000000000010000000000000299999999999999999999")]
    public void Anything_else_is_refused(string text) => Assert.False(Ballot.TryParse(text, out _));

    [Fact]
    public void A_part_of_15_digits_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Ballot.Of(Ballot.MaxPart + 1, 0, 0));
}
