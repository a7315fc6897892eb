using World.Vrrp.Instance;

namespace Simulation.Vrrp;

public sealed class TrackNumberTests
{
    [Theory]
    [InlineData("0\n", 0L)]
    [InlineData("1\n", 1L)]
    [InlineData("-80", -80L)]
    [InlineData("+9", 9L)]
    [InlineData("  12abc", 12L)]
    [InlineData("3 4", 3L)]
    [InlineData("0x10", 16L)]
    [InlineData("-0X1f", -31L)]
    [InlineData("010", 8L)]
    [InlineData("08", 0L)]
    [InlineData("0x", 0L)]
    [InlineData("0xg", 0L)]
    [InlineData("\t\n 7", 7L)]
    [InlineData("2147483647", 2147483647L)]
    [InlineData("2147483648", 2147483648L)]
    [InlineData("-2147483648", -2147483648L)]
    public void It_is_read_as_strtol_does_with_base_0(string text, long number) => Assert.Equal(number, TrackNumber.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("garbage")]
    [InlineData("- 5")]
    [InlineData("--5")]
    [InlineData("\u0660")]
    public void Missing_empty_and_garbage_are_0(string? text) => Assert.Equal(0, TrackNumber.Parse(text));

    [Theory]
    [InlineData("99999999999")]
    [InlineData("2147483649")]
    [InlineData("-2147483649")]
    [InlineData("0xfffffffffffffffffffffffffffffff")]
    [InlineData("-99999999999999999999999999999999999999999999999999999999999999999999")]
    public void A_number_of_more_than_32_bits_is_no_number(string text) => Assert.Null(TrackNumber.Parse(text));

    [Fact]
    public void No_more_than_127_characters_are_read()
    {
        Assert.Equal(5, TrackNumber.Parse(new string(' ', 126) + "5"));
        Assert.Equal(0, TrackNumber.Parse(new string(' ', 127) + "5"));
    }
}
