using CsCheck;
using NodeAgent.Probes;

namespace NodeAgent.Tests.Probes;

public sealed class StatusLineTests
{
    [Theory]
    [InlineData("", "Incomplete", 0)]
    [InlineData("HT", "Incomplete", 0)]
    [InlineData("HTTP/1.1 200 OK", "Incomplete", 0)]
    [InlineData("HTTP/1.1 200 OK\r\n", "Complete", 200)]
    [InlineData("HTTP/1.0 503\n", "Complete", 503)]
    [InlineData("HTTP/1.0 2000\n", "NotHttp", 0)]
    [InlineData("HTTP/1.0 099 x\n", "NotHttp", 0)]
    [InlineData("HTTP/1.0\n", "NotHttp", 0)]
    [InlineData("HTTPS", "NotHttp", 0)]
    [InlineData("\n", "NotHttp", 0)]
    public void A_status_line_is_recognised(string received, string kind, int status)
    {
        Assert.Equal(kind, StatusLine.Parse(System.Text.Encoding.ASCII.GetBytes(received), out var parsed).ToString());
        Assert.Equal(status, parsed);
    }

    [Fact]
    public void Any_bytes_are_taken_without_an_exception() =>
        Gen.Byte.Array[0, 64].Sample(bytes => StatusLine.Parse([.. "HTTP/"u8, .. bytes], out var status) != StatusLineKind.Complete || status is >= 100 and <= 599);
}
