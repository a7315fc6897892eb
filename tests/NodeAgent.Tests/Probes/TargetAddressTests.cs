using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using NodeAgent.Probes;

namespace NodeAgent.Tests.Probes;

public sealed class TargetAddressTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<TaskCompletionSource<IPAddress[]>> _asked = [];

    private TargetAddress Target(string host) => new(host, _time, _ =>
    {
        _asked.Add(new TaskCompletionSource<IPAddress[]>());
        return _asked[^1].Task;
    });

    private void Answer(string address) => _asked[^1].SetResult([IPAddress.Parse(address)]);

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("[::1]", "::1")]
    public async Task A_literal_address_asks_nobody(string host, string address)
    {
        var target = Target(host);
        Assert.Equal(IPAddress.Parse(address), (await target.Get(CancellationToken.None)).Address);
        Assert.False(target.IsName);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task The_last_good_answer_serves_while_a_newer_one_is_asked_for()
    {
        var target = Target("db.example");
        var first = target.Get(CancellationToken.None);
        Answer("192.0.2.1");
        Assert.Equal("192.0.2.1", (await first).Address!.ToString());
        _time.Advance(TimeSpan.FromSeconds(31));
        for (var i = 0; i < 3; i++) Assert.Equal("192.0.2.1", (await target.Get(CancellationToken.None)).Address!.ToString());
        Assert.Equal(2, _asked.Count);
        Answer("192.0.2.2");
        Assert.Equal("192.0.2.2", (await target.Get(CancellationToken.None)).Address!.ToString());
    }

    [Fact]
    public async Task A_resolver_that_hangs_is_asked_once_and_its_silence_is_the_reason()
    {
        var target = Target("db.example");
        for (var i = 0; i < 3; i++)
        {
            using var deadline = new CancellationTokenSource(20);
            Assert.Equal((null, "the name db.example was not resolved in time"), await target.Get(deadline.Token));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Single(_asked);
        Answer("192.0.2.1");
        Assert.Equal("192.0.2.1", (await target.Get(CancellationToken.None)).Address!.ToString());
    }

    [Fact]
    public async Task A_failed_lookup_keeps_the_old_address_and_is_tried_again_after_five_seconds()
    {
        var target = Target("db.example");
        var first = target.Get(CancellationToken.None);
        _asked[^1].SetException(new SocketException((int)SocketError.HostNotFound));
        Assert.StartsWith("the name db.example cannot be resolved: ", (await first).Failure);
        Assert.Null((await target.Get(CancellationToken.None)).Address);
        Assert.Single(_asked);
        _time.Advance(TimeSpan.FromSeconds(5));
        var second = target.Get(CancellationToken.None);
        Answer("192.0.2.1");
        Assert.Equal("192.0.2.1", (await second).Address!.ToString());
        _time.Advance(TimeSpan.FromSeconds(31));
        _ = await target.Get(CancellationToken.None);
        _asked[^1].SetException(new SocketException((int)SocketError.TryAgain));
        Assert.Equal("192.0.2.1", (await target.Get(CancellationToken.None)).Address!.ToString());
    }
}
