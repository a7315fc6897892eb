using Contracts.Vocabulary;

namespace Contracts.Tests.Vocabulary;

public sealed class ServiceAddressTests
{
    private static readonly string[] s_vips = ["172.20.0.248/16", "2001:DB8:0:0::80/64"];

    [Theory]
    [InlineData("http://172.20.0.248/")]
    [InlineData("http://172.20.0.248:8080/ready?x=1")]
    [InlineData("HTTP://172.20.0.248")]
    [InlineData("http://[2001:db8::80]/")]
    [InlineData("http://[2001:0db8:0::0080]:81/")]
    public void An_address_on_one_of_the_vips_is_taken(string text) => Assert.Equal("", ServiceAddress.Read(text, s_vips).Problem);

    [Theory]
    [InlineData("http://172.20.0.249/", "names 172.20.0.249, which is none of the group's VIPs: give one of 172.20.0.248, 2001:DB8:0:0::80")]
    [InlineData("http://172.20.0.248.evil.example/", "names 172.20.0.248.evil.example, which is none")]
    [InlineData("http://localhost/", "names localhost, which is none")]
    [InlineData("http://172.20.0.248@127.0.0.1/", "holds a user")]
    [InlineData("https://172.20.0.248/", "https is not available")]
    [InlineData("ftp://172.20.0.248/", "is no http:// address")]
    [InlineData("file:///etc/passwd", "is no http:// address")]
    [InlineData("172.20.0.248", "is no http:// address")]
    [InlineData("", "is no http:// address")]
    [InlineData("http://172.20.0.248/#x", "has a '#' part")]
    [InlineData("http://172.20.0.248/ x", "holds a space")]
    [InlineData("http://172.20.0.248/\r\nX: y", "holds a space")]
    public void Anything_else_is_refused_with_the_reason(string text, string problem)
    {
        var read = ServiceAddress.Read(text, s_vips);
        Assert.Null(read.Address);
        Assert.StartsWith(problem, read.Problem);
    }

    [Fact]
    public void It_has_a_limit() => Assert.Equal("is longer than 256 characters", ServiceAddress.Read("http://172.20.0.248/" + new string('x', 240), s_vips).Problem);
}
