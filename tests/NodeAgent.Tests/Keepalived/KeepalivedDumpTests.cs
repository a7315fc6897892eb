using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using NodeAgent.Cli;
using NodeAgent.Configuration;
using NodeAgent.Keepalived;
using NodeAgent.Tests.Configuration;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Keepalived;

public sealed class KeepalivedDumpTests
{
    private static readonly byte[] s_sample = File.ReadAllBytes(Path.Combine(Repository.Root, "tests/NodeAgent.Tests/Metrics/Samples/keepalived-2.2.7.json"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Both_forms_of_the_dump_say_the_same()
    {
        var first = Assert.Single(DumpJson.Parse(s_sample)!);
        var second = Assert.Single(DumpJson.Parse(Encoding.UTF8.GetBytes($$"""{"json_version":2,"vrrp":{{Encoding.UTF8.GetString(s_sample)}},"track_process":[]}"""))!);
        Assert.Equal(("VI_1", "d0", 239, 2, 5L), (first.Name, first.Interface, first.Vrid, first.State, first.GarpDelay));
        Assert.Equal(3, first.Stats["advert_sent"]);
        Assert.Equal(first.Stats, second.Stats);
    }

    [Fact]
    public void Half_a_dump_is_no_dump_at_any_length()
    {
        for (var length = 0; length < s_sample.Length - 1; length++)
            if (!string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(s_sample, length, s_sample.Length - length))) Assert.Null(DumpJson.Parse(s_sample.AsMemory(0, length)));
    }

    [Fact]
    public void Nothing_that_lies_there_can_break_the_reader()
    {
        Gen.Select(Gen.Int[0, s_sample.Length - 1], Gen.Byte, Gen.Int[0, s_sample.Length - 1], Gen.Byte).Sample((at, with, also, and) =>
        {
            var bytes = s_sample.ToArray();
            (bytes[at], bytes[also]) = (with, and);
            if (DumpJson.Parse(bytes) is { } read) DumpJson.Parse(DumpJson.Write(read));
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"vrrp\":{}}")]
    [InlineData("7")]
    [InlineData("\"x\"")]
    public void Another_document_is_no_dump(string text) => Assert.Null(DumpJson.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("[1,null,{},{\"data\":{}},{\"data\":{\"iname\":\"a\",\"vrid\":300,\"state\":1}},{\"data\":{\"iname\":\"a\",\"vrid\":\"1\",\"state\":1}}]")]
    public void What_is_no_instance_in_it_is_left_out(string text) => Assert.Empty(DumpJson.Parse(Encoding.UTF8.GetBytes(text))!);

    [Fact]
    public void What_the_helper_passes_on_is_the_same_figures_on_one_line_and_not_the_password()
    {
        Assert.Contains("\"auth_data\":\"1111\"", Encoding.UTF8.GetString(s_sample));
        var told = DumpJson.Write(DumpJson.Parse(s_sample)!);
        Assert.DoesNotContain("1111", Encoding.UTF8.GetString(told));
        Assert.DoesNotContain("auth_data", Encoding.UTF8.GetString(told));
        Assert.DoesNotContain((byte)'\n', told);
        Assert.Equal(DumpJson.Parse(s_sample)![0].Stats, DumpJson.Parse(told)![0].Stats);
    }

    [Fact]
    public async Task A_file_counts_while_it_is_fresh_and_its_age_is_told_also_after()
    {
        using var box = new Box();
        var path = box.At("keepalived.json");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var dump = new KeepalivedDump(new KeepalivedOptions { DumpFile = path }, time);
        Assert.Equal(default, await dump.Look(Stop));
        await File.WriteAllBytesAsync(path, s_sample, Stop);
        File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        time.Advance(TimeSpan.FromSeconds(20));
        var seen = await dump.Look(Stop);
        Assert.NotNull(seen.Instances);
        Assert.InRange(seen.Age!.Value.TotalSeconds, 19.9, 20.1);
        time.Advance(TimeSpan.FromSeconds(20));
        seen = await dump.Look(Stop);
        Assert.Null(seen.Instances);
        Assert.InRange(seen.Age!.Value.TotalSeconds, 39.9, 40.1);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_no_old_dump_young()
    {
        using var box = new Box();
        var path = box.At("keepalived.json");
        await File.WriteAllBytesAsync(path, s_sample, Stop);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        Assert.Null((await new KeepalivedDump(new KeepalivedOptions { DumpFile = path }, time).Look(Stop)).Instances);
    }

    [Fact]
    public void A_file_that_is_none_or_too_large_is_not_read_and_never_waited_for()
    {
        using var box = new Box();
        Box.Sh($"mkfifo {box.At("fifo")}; head -c 1100000 /dev/zero > {box.At("large")}");
        Assert.Contains("no regular file", DumpFile.Take(box.At("fifo")).Problem);
        Assert.Contains("at most", DumpFile.Take(box.At("large")).Problem);
        Assert.NotNull(DumpFile.Take(box.At("missing")).Problem);
        Assert.NotNull(DumpFile.Take(box.Directory).Problem);
    }

    [Fact]
    public void A_file_of_another_user_in_tmp_is_not_believed()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root to give a file away");
        using var box = new Box();
        Box.Sh($"echo '[]' > {box.At("foreign")}; chown 65534 {box.At("foreign")}");
        Assert.Contains("belongs to user 65534", DumpFile.Take(box.At("foreign")).Problem);
    }

    [Fact]
    public async Task The_helper_is_asked_once_in_5_s_and_what_it_said_grows_old()
    {
        using var box = new Box();
        var asked = 0;
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(box.At("sock")));
        listener.Listen(5);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var serving = Serve();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var dump = new KeepalivedDump(new KeepalivedOptions { Dump = DumpSource.Helper, HelperSocket = box.At("sock") }, time);
        Assert.NotNull((await dump.Look(Stop)).Instances);
        Assert.NotNull((await dump.Look(Stop)).Instances);
        Assert.Equal(1, asked);
        time.Advance(KeepalivedDump.AskEvery);
        Assert.Equal(TimeSpan.Zero, (await dump.Look(Stop)).Age);
        Assert.Equal(2, asked);
        await stopping.CancelAsync();
        await serving;
        listener.Dispose();
        time.Advance(KeepalivedDump.Fresh + TimeSpan.FromSeconds(1));
        var old = await dump.Look(Stop);
        Assert.Null(old.Instances);
        Assert.Equal(31, old.Age!.Value.TotalSeconds);

        async Task Serve()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptAsync(stopping.Token);
                    var line = new byte[10];
                    Assert.Equal("dump\n", Encoding.ASCII.GetString(line, 0, await client.ReceiveAsync(line, stopping.Token)));
                    asked++;
                    await client.SendAsync(Encoding.UTF8.GetBytes("ok " + Encoding.UTF8.GetString(DumpJson.Write(DumpJson.Parse(s_sample)!)) + "\n"), stopping.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // the test is over with it
            }
        }
    }

    [Theory]
    [InlineData("reload")]
    [InlineData("dump /etc/shadow")]
    [InlineData("")]
    public async Task The_helper_knows_one_verb(string request)
    {
        var answer = await new DumpHelper("/nonexistent", "/nonexistent", "/bin/false", TimeProvider.System).Answer(request, Stop);
        Assert.Equal("error unknown verb; this helper knows 'dump'", Encoding.UTF8.GetString(answer));
    }

    [Fact]
    public async Task A_pid_that_belongs_to_another_program_by_now_is_never_signalled()
    {
        using var box = new Box();
        var stranger = box.Sleeper("stranger");
        await File.WriteAllTextAsync(box.At("pid"), $"{stranger.Id}\n", Stop);
        var answer = await new DumpHelper(box.At("pid"), box.At("json"), "/usr/sbin/keepalived", TimeProvider.System).Answer("dump", Stop);
        Assert.StartsWith("error no keepalived runs", Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
        Assert.False(stranger.HasExited);
    }

    [Fact]
    public async Task A_request_longer_than_any_verb_or_without_an_end_is_none()
    {
        Assert.Null(await HelperCommand.ReadLine(new MemoryStream(new byte[1000]), Stop));
        Assert.Null(await HelperCommand.ReadLine(new MemoryStream("dump"u8.ToArray()), Stop));
        Assert.Equal("dump", await HelperCommand.ReadLine(new MemoryStream("dump\r\nmore"u8.ToArray()), Stop));
    }

    [Fact]
    [Trait("tier", "integration")]
    public void A_real_keepalived_is_dumped_through_the_helper() => OwnNetwork.Run(() =>
    {
        using var box = new Box();
        Box.Sh("ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up; ip addr add 172.20.0.162/16 dev d0");
        File.WriteAllText(box.At("keepalived.conf"), """
            vrrp_instance VI_9 {
              state BACKUP
              interface d0
              virtual_router_id 77
              priority 240
              advert_int 1
              authentication {
                auth_type PASS
                auth_pass geheim
              }
              virtual_ipaddress {
                172.20.0.248/16 dev d0
              }
            }

            """);
        // the dump goes where TMPDIR says, so that the machine's own /tmp is left alone
        var start = new ProcessStartInfo("/usr/sbin/keepalived", ["-n", "-l", "-P", "-f", box.At("keepalived.conf"), "-p", box.At("pid"), "-r", box.At("vrrp.pid")])
        {
            Environment = { ["TMPDIR"] = box.Directory }, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var keepalived = Process.Start(start)!;
        try
        {
            keepalived.BeginErrorReadLine();
            keepalived.BeginOutputReadLine();
            var helper = new DumpHelper(box.At("pid"), box.At("keepalived.json"), "/usr/sbin/keepalived", TimeProvider.System);
            var clock = Stopwatch.StartNew();
            string answer;
            do answer = Encoding.UTF8.GetString(helper.Answer("dump", CancellationToken.None).GetAwaiter().GetResult());
            while (!answer.StartsWith("ok ", StringComparison.Ordinal) && clock.Elapsed < TimeSpan.FromSeconds(20));
            Assert.StartsWith("ok ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("geheim", answer);
            var seen = Assert.Single(DumpJson.Parse(Encoding.UTF8.GetBytes(answer[3..]))!);
            Assert.Equal(("VI_9", "d0", 77), (seen.Name, seen.Interface, seen.Vrid));
            Assert.True(seen.Stats.ContainsKey("advert_sent"));
        }
        finally
        {
            keepalived.Kill(entireProcessTree: true);
            keepalived.WaitForExit();
        }
    });
}
