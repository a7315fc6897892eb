using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

public sealed class AddressTests
{
    [Theory]
    [InlineData("172.20.0.1", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("172.020.0.1", false)]
    [InlineData("172.20.1", false)]
    [InlineData("1", false)]
    [InlineData("0x7f.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("224.0.0.18", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("ff02::12", false)]
    [InlineData("fe80::1%eth0", false)]
    [InlineData("[::1]", false)]
    [InlineData("[::1]:80", false)]
    [InlineData("gateway", false)]
    [InlineData(" 172.20.0.1", false)]
    [InlineData("", false)]
    public void A_literal_address_is_one_unicast_address_in_its_usual_spelling(string text, bool good) =>
        Assert.Equal(good, Addresses.TryLiteral(text, out _));

    [Theory]
    [InlineData("172.20.0.248/16", true)]
    [InlineData("172.20.0.248/32", true)]
    [InlineData("2001:db8::1/64", true)]
    [InlineData("172.20.0.248", false)]
    [InlineData("172.20.0.248/0", false)]
    [InlineData("172.20.0.248/33", false)]
    [InlineData("172.20.0.248/016", false)]
    [InlineData("172.20.0.248/16/16", false)]
    [InlineData("172.20.0.248/+16", false)]
    [InlineData("127.0.0.1/8", false)]
    [InlineData("2001:db8::1/129", false)]
    public void A_vip_has_a_prefix_length(string text, bool good) => Assert.Equal(good, Addresses.TryCidr(text, out _));

    [Theory]
    [InlineData("redis1:6379", true)]
    [InlineData("10.0.0.1:6379", true)]
    [InlineData("[::1]:6379", true)]
    [InlineData("redis1", false)]
    [InlineData("redis1:0", false)]
    [InlineData("redis1:70000", false)]
    [InlineData(":6379", false)]
    [InlineData("::1:6379", false)]
    [InlineData("a b:6379", false)]
    [InlineData("redis://x:6379", false)]
    public void A_server_is_host_and_port(string text, bool good) => Assert.Equal(good, Addresses.TryHostPort(text, out _, out _));

    [Theory]
    [InlineData("*:80", true)]
    [InlineData("127.0.0.1:80", true)]
    [InlineData("localhost:80", true)]
    [InlineData("[::]:80", true)]
    [InlineData("0.0.0.0:80", true)]
    [InlineData("*", false)]
    [InlineData("web1:80", false)]
    [InlineData("127.1:80", false)]
    public void A_place_to_listen_is_literal(string text, bool good) => Assert.Equal(good, Addresses.TryListen(text, out _, out _));
}
