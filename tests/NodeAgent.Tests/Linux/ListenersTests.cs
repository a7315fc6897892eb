using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using NodeAgent.Linux;

namespace NodeAgent.Tests.Linux;

public sealed class ListenersTests
{
    [Theory]
    [InlineData("  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000", "127.0.0.1", 8080, true)]
    [InlineData("  1: 00000000:0050 00000000:0000 0A 00000000:00000000", "0.0.0.0", 80, true)]
    [InlineData(" 12: 0100007F:A0B1 0100007F:0050 01 00000000:00000000", "127.0.0.1", 41137, false)]
    [InlineData("  0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0", "::1", 22, true)]
    [InlineData("  0: B80D0120000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 0", "2001:db8::1", 443, true)]
    public void A_line_of_the_kernel_is_read(string line, string address, int port, bool listens)
    {
        Assert.True(Listeners.TryLine(Encoding.ASCII.GetBytes(line), out var local, out var number, out var state));
        Assert.Equal((IPAddress.Parse(address), port, listens), (local, number, state));
    }

    [Fact]
    public void Any_line_is_taken_without_an_exception() =>
        Gen.Byte.Array[0, 120].Sample(bytes => Listeners.TryLine([.. " 0: 0100007F:"u8, .. bytes], out _, out _, out _) || true);

    [Theory]
    [InlineData("*:80", "10.0.0.1", true)]
    [InlineData("10.0.0.1:80", "10.0.0.1", true)]
    [InlineData("10.0.0.1:80", "0.0.0.0", true)]
    [InlineData("10.0.0.1:80", "::", true)]
    [InlineData("10.0.0.1:80", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1:80", "10.0.0.2", false)]
    [InlineData("[2001:db8::1]:80", "0.0.0.0", false)]
    [InlineData("[2001:db8::1]:80", "::", true)]
    public void A_place_is_served_by_its_address_or_by_any_address(string place, string local, bool served)
    {
        Assert.Equal(served, ListenPlace.Parse(place).IsServedBy(IPAddress.Parse(local), 80));
        Assert.False(ListenPlace.Parse(place).IsServedBy(IPAddress.Parse(local), 81));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("*:0")]
    [InlineData("*:65536")]
    [InlineData("name:80")]
    [InlineData("")]
    public void Anything_else_is_refused_with_an_example(string text) =>
        Assert.Contains("*:80", Assert.Throws<FormatException>(() => ListenPlace.Parse(text)).Message);

    [Fact]
    public void Real_listeners_are_found_in_both_families_among_hundreds_of_others()
    {
        var crowd = Enumerable.Range(0, 200).Select(_ => Listen(IPAddress.Loopback)).ToList();
        var four = Listen(IPAddress.Loopback);
        var six = Listen(IPAddress.IPv6Loopback);
        var port = Port(four);
        Assert.True(Listeners.At(ListenPlace.Parse($"127.0.0.1:{port}")));
        Assert.True(Listeners.At(ListenPlace.Parse($"*:{port}")));
        Assert.True(Listeners.At(ListenPlace.Parse($"[::1]:{Port(six)}")));
        Assert.All(crowd, one => Assert.True(Listeners.At(ListenPlace.Parse($"*:{Port(one)}"))));
        Assert.False(Listeners.At(ListenPlace.Parse($"127.0.0.2:{port}")));
        four.Dispose();
        Assert.False(Listeners.At(ListenPlace.Parse($"127.0.0.1:{port}")));
        six.Dispose();
        crowd.ForEach(one => one.Dispose());
    }

    private static TcpListener Listen(IPAddress address)
    {
        var listener = new TcpListener(address, 0);
        listener.Start();
        return listener;
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
