using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

[Trait("tier", "integration")]
public sealed class PingProbeTests(ITestOutputHelper output) : IDisposable
{
    private readonly Box _box = new();

    /// <summary>The first sample begins inside Run, on the thread that stands in the namespace, and so do its sockets.</summary>
    private List<Input.ProbeSampled> Sample(string range, int samples, int repeats, params string[] targets)
    {
        var seen = new List<Input.ProbeSampled>();
        OwnNetwork.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ping_group_range", range);
            using var stopping = new CancellationTokenSource();
            var options = Samples.Probe("gw") with { Ping = targets, Deadline = TimeSpan.FromSeconds(5), Interval = TimeSpan.FromMilliseconds(100) };
            var running = new PingProbe(options, _box.Clock, _box.Inbox, TimeProvider.System).Run(stopping.Token);
            for (var i = 0; i < samples * repeats; i++) seen.Add(_box.Next<Input.ProbeSampled>().GetAwaiter().GetResult());
            stopping.Cancel();
            running.Wait();
        });
        return seen;
    }

    [Fact]
    public void Loopback_answers_in_both_families_again_and_again()
    {
        var seen = Sample("0 2147483647", 2, 5, "127.0.0.1", "::1");
        Assert.All(seen, sample => Assert.Equal((SampleResult.Good, "answers"), (sample.Result, sample.Reason)));
        Assert.Equal(["127.0.0.1", "::1"], seen.Select(sample => sample.Target).Distinct().Order());
        Assert.Equal(5, seen.Count(sample => sample.Target == "::1"));
        output.WriteLine($"echo on lo: median {seen.Select(sample => sample.Took.TotalMilliseconds).Order().ElementAt(5):F2} ms");
    }

    [Fact]
    public void One_that_cannot_be_reached_does_not_hold_up_the_others()
    {
        var seen = Sample("0 2147483647", 2, 1, "192.0.2.1", "127.0.0.1");
        Assert.Equal((SampleResult.Bad, "no route"), seen.Where(sample => sample.Target == "192.0.2.1").Select(sample => (sample.Result, sample.Reason)).Single());
        Assert.Equal(SampleResult.Good, seen.Single(sample => sample.Target == "127.0.0.1").Result);
    }

    [Fact]
    public void Silence_is_bad_at_the_deadline()
    {
        var seen = Silent();
        Assert.Equal((SampleResult.Bad, "no answer in 80 ms"), (seen.Result, seen.Reason));
        Assert.InRange(seen.Took.TotalMilliseconds, 78, 3000);
    }

    private Input.ProbeSampled Silent()
    {
        Input.ProbeSampled? seen = null;
        OwnNetwork.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
            File.WriteAllText("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1");
            using var stopping = new CancellationTokenSource();
            var options = Samples.Probe("gw") with { Ping = ["127.0.0.1"], Deadline = TimeSpan.FromMilliseconds(80) };
            var running = new PingProbe(options, _box.Clock, _box.Inbox, TimeProvider.System).Run(stopping.Token);
            seen = _box.Next<Input.ProbeSampled>().GetAwaiter().GetResult();
            stopping.Cancel();
            running.Wait();
        });
        return seen!;
    }

    [Fact]
    public void A_kernel_that_refuses_the_socket_is_unknown_and_the_reason_names_the_sysctl()
    {
        var seen = Sample("1 0", 2, 1, "127.0.0.1", "::1");
        Assert.All(seen, sample => Assert.Equal(SampleResult.Unknown, sample.Result));
        Assert.All(seen, sample => Assert.Contains("net.ipv4.ping_group_range", sample.Reason));
        Assert.All(seen, sample => Assert.True(sample.Reason.Length < SampleSink.ReasonLimit));
    }

    [Fact]
    public void A_late_reply_to_an_older_request_is_not_taken_for_the_answer()
    {
        var packet = new byte[EchoPacket.Length];
        EchoPacket.Write(packet, six: false, 7);
        Assert.False(EchoPacket.IsReply(packet, false, 7), "a request is no reply");
        packet[0] = 0;
        Assert.True(EchoPacket.IsReply(packet, false, 7));
        Assert.False(EchoPacket.IsReply(packet, false, 8));
        Assert.False(EchoPacket.IsReply(packet.AsSpan(0, 7), false, 7));
    }

    public void Dispose() => _box.Dispose();
}
