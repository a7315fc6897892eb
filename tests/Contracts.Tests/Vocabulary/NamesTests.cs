using Contracts.Vocabulary;

namespace Contracts.Tests.Vocabulary;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("lb1")]
    [InlineData("a-")]
    [InlineData("lb-1-2")]
    public void A_name_of_small_letters_digits_and_dashes_is_taken(string name)
    {
        Assert.True(Names.IsValid(name));
        Assert.Equal(name, NodeId.Parse(name).ToString());
        Assert.Equal(name, GroupName.Parse(name).ToString());
        Assert.Equal(name, ClusterName.Parse(name).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("A")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("é")]
    [InlineData("a#")]
    [InlineData("a*")]
    [InlineData("\u0661")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? name)
    {
        Assert.False(NodeId.TryParse(name, out _));
        Assert.False(GroupName.TryParse(name, out _));
        Assert.False(ClusterName.TryParse(name, out _));
        if (name is not null) Assert.Throws<FormatException>(() => NodeId.Parse(name));
    }

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Assert.True(Names.IsValid(new string('a', 63)));
        Assert.False(Names.IsValid(new string('a', 64)));
    }

    [Fact]
    public void Names_sort_ordinally() => Assert.True(NodeId.Parse("lb10").CompareTo(NodeId.Parse("lb2")) < 0);

    [Fact]
    public void Tokens_compare_by_generation_first()
    {
        Assert.True(new FencingToken(1, 99) < new FencingToken(2, 1));
        Assert.True(new FencingToken(1, 2) > new FencingToken(1, 1));
        Assert.True(new SpeakerToken(1, 99) <= new SpeakerToken(2, 1));
        Assert.True(new SpeakerToken(2, 1) >= new SpeakerToken(2, 1));
    }
}
