using System.Text;
using CsCheck;
using NodeAgent.Keepalived;

namespace NodeAgent.Tests.Keepalived;

public sealed class TrackNumberTests
{
    [Theory]
    [InlineData("-80", -80)]
    [InlineData("  12abc", 12)]
    [InlineData("0x10", 16)]
    [InlineData("+9", 9)]
    [InlineData("3 4", 3)]
    [InlineData("010", 8)]
    [InlineData("08", 0)]
    [InlineData("0xg", 0)]
    [InlineData("0x", 0)]
    [InlineData("-0x1F\n", -31)]
    [InlineData("1     \n", 1)]
    [InlineData("\t\n\v\f\r 7", 7)]
    [InlineData("- 5", 0)]
    [InlineData("+-5", 0)]
    [InlineData("garbage", 0)]
    [InlineData("", 0)]
    [InlineData("\0" + "1", 0)]
    [InlineData("2147483647", 2147483647)]
    [InlineData("-2147483648", -2147483648)]
    [InlineData("2147483648", 0)]
    [InlineData("-2147483649", 0)]
    [InlineData("99999999999", 0)]
    public void A_text_is_read_as_keepalived_reads_it(string text, int number) => Assert.Equal(number, TrackNumber.Parse(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Any_number_survives_writing_and_reading_and_any_bytes_are_taken()
    {
        Gen.Int.Sample(number => TrackNumber.Parse(Encoding.ASCII.GetBytes($"{number,-6}\n")) == number);
        Gen.Byte.Array[0, 300].Sample(bytes => TrackNumber.Parse(bytes) is var _);
    }
}
