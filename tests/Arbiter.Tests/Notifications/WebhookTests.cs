using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Notifications;
using Arbiter.Notifications.Webhook;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Notifications;

/// <summary>The webhook against real sockets on loopback: what is sent, what each answer means, and where nothing is sent.</summary>
public sealed class WebhookTests
{
    private static readonly byte[] s_key = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static readonly byte[] s_old = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static RecordedEvent Event(string reason = "failover: haproxy is gone on lb1") => new()
    {
        Number = 17, Generation = 3, Epoch = 9, Id = "evt_chengdu_web_3_9_failover", Type = EventTypes.DecisionMade, Severity = Severities.Warning,
        Group = "web", From = "lb1", To = "lb2", Reason = reason, Utc = new DateTimeOffset(2026, 3, 1, 4, 5, 6, 789, TimeSpan.Zero),
    };

    internal static ReceiverOptions Options(Uri url, string? allow = "127.0.0.0/8", TimeSpan? timeout = null) => new()
    {
        Name = "ops", Url = url, Secrets = [[.. s_key], [.. s_old]], Allow = allow is null ? [] : [IPNetwork.Parse(allow)], Timeout = timeout ?? TimeSpan.FromSeconds(5),
    };

    private static async Task<DeliveryOutcome> Deliver(ReceiverOptions options, Resolver? resolve = null, string[]? own = null, bool recorded = true)
    {
        using var receiver = new WebhookReceiver(options, ClusterName.Parse("chengdu"), own ?? [], TimeProvider.System, resolve);
        return await receiver.Deliver(Event(), new DeliveryAttempt(1, recorded), Stop);
    }

    [Fact]
    public void The_signature_is_that_of_the_specification() =>
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign([s_key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public async Task A_delivery_bears_id_time_and_a_signature_of_each_secret()
    {
        await using var server = await HookServer.Start(204);
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(new DeliveryOutcome(DeliveryResult.Delivered, "it answered 204"), await Deliver(Options(server.Url), recorded: false));
        Assert.True(server.Got.TryDequeue(out var got));
        Assert.Equal(Event().Id, got.Id);
        Assert.InRange(long.Parse(got.Timestamp), before - 1, before + 60);
        Assert.Equal(WebhookSignature.Sign([s_key, s_old], got.Id, long.Parse(got.Timestamp), Encoding.UTF8.GetBytes(got.Body)), got.Signature);
        Assert.Equal(2, got.Signature.Split(' ').Length);
        Assert.Equal(
            """{"type":"decision_made","timestamp":"2026-03-01T04:05:06.789Z","data":{"id":"evt_chengdu_web_3_9_failover","type":"decision_made","severity":"warning","cluster":"chengdu","group":"web","node":null,"number":17,"generation":3,"epoch":9,"from":"lb1","to":"lb2","reason":"failover: haproxy is gone on lb1","utc":"2026-03-01T04:05:06.789+00:00","recorded":false}}""",
            got.Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Data_is_byte_for_byte_what_vip_events_tells(bool recorded)
    {
        var (cluster, what) = (ClusterName.Parse("chengdu"), Event("umlaut ä, chinese 成都, quote \", <tag>"));
        var data = JsonDocument.Parse(WebhookBody.Write(cluster, what, recorded)).RootElement.GetProperty("data").GetRawText();
        Assert.Equal(Encoding.UTF8.GetString(EventJson.Data(cluster, what, recorded)), data);
    }

    [Fact]
    public void The_largest_event_stays_below_twenty_kilobytes()
    {
        var word = new string('\u0001', 63);
        var what = Event(new string('\u0001', 200)) with { Id = new string('x', 300), From = word, To = new string('9', 200), Group = word, Node = word };
        var body = WebhookBody.Write(ClusterName.Parse("chengdu"), what, true);
        Assert.InRange(body.Length, 1, WebhookBody.Most);
        Assert.Equal(what.Reason, JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData(200, "Delivered")]
    [InlineData(299, "Delivered")]
    [InlineData(301, "Failed")]
    [InlineData(304, "Failed")]
    [InlineData(400, "Rejected")]
    [InlineData(401, "Rejected")]
    [InlineData(404, "Rejected")]
    [InlineData(408, "Failed")]
    [InlineData(410, "Gone")]
    [InlineData(422, "Rejected")]
    [InlineData(425, "Failed")]
    [InlineData(429, "Failed")]
    [InlineData(500, "Failed")]
    [InlineData(503, "Failed")]
    public async Task Each_status_means_what_the_documents_say(int status, string result)
    {
        await using var server = await HookServer.Start(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            http.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        var outcome = await Deliver(Options(server.Url));
        Assert.Equal(result, outcome.Result.ToString());
        Assert.Contains(status.ToString(), outcome.Detail);
        Assert.Equal(result == "Failed" && status >= 400 ? TimeSpan.FromSeconds(7) : null, outcome.RetryAfter);
        // a redirect was not followed
        Assert.Equal("/hook", Assert.Single(server.Got).Path);
    }

    [Fact]
    public async Task What_the_other_side_says_is_told_without_control_characters_and_secrets()
    {
        await using var server = await HookServer.Start(400, "no such\n\e[31mkey: /hook?key=very-secret and MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw " + new string('x', 500));
        var detail = (await Deliver(Options(server.Url))).Detail;
        Assert.StartsWith("it answered 400: no such  [31mkey: *** and ***", detail);
        Assert.InRange(detail.Length, 1, 200);
        Assert.DoesNotContain("very-secret", Options(server.Url).ToString());
    }

    [Fact]
    public async Task An_endless_answer_is_left_after_64_KB_and_the_status_counts()
    {
        await using var server = await HookServer.Start(async http =>
        {
            var block = new byte[16 * 1024];
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(block, http.RequestAborted);
        });
        Assert.Equal(DeliveryResult.Delivered, (await Deliver(Options(server.Url))).Result);
    }

    [Fact]
    public async Task A_slow_receiver_is_left_at_the_deadline()
    {
        await using var server = await HookServer.Start(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        Assert.Equal(new DeliveryOutcome(DeliveryResult.Failed, "no answer within 0.3 s"), await Deliver(Options(server.Url, timeout: TimeSpan.FromMilliseconds(300))));
    }

    [Fact]
    public async Task A_closed_connection_and_a_closed_port_are_told_apart()
    {
        await using (var server = await HookServer.Start(http => { http.Abort(); return Task.CompletedTask; }))
            Assert.Matches("closed the connection without an answer|connection broke before it answered", (await Deliver(Options(server.Url))).Detail);
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}/");
        socket.Stop();
        Assert.Contains("ConnectionRefused", (await Deliver(Options(url))).Detail);
    }

    [Fact]
    public async Task Connections_are_kept()
    {
        await using var server = await HookServer.Start(200, "ok");
        using var receiver = new WebhookReceiver(Options(server.Url), ClusterName.Parse("chengdu"), [], TimeProvider.System);
        for (var i = 1; i <= 3; i++) Assert.Equal(DeliveryResult.Delivered, (await receiver.Deliver(Event(), new DeliveryAttempt(i, true), Stop)).Result);
        Assert.Single(server.Got.Select(g => g.Connection).Distinct());
    }

    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.9.9.9", "loopback")]
    [InlineData("::1", "loopback")]
    [InlineData("::ffff:127.0.0.1", "loopback")]
    [InlineData("::127.0.0.1", "inside")]
    [InlineData("64:ff9b::7f00:1", "loopback")]
    [InlineData("64:ff9b:1::7f00:1", "inside")]
    [InlineData("2002:7f00:1::", "inside")]
    [InlineData("2001:0:1::1", "inside")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("::ffff:169.254.169.254", "link-local")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("fe80::1%3", "link-local")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("0.1.2.3", "unspecified")]
    [InlineData("::", "unspecified")]
    [InlineData("224.0.0.18", "multicast")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("255.255.255.255", "reserved")]
    [InlineData("10.1.2.3", "private")]
    [InlineData("172.31.0.1", "private")]
    [InlineData("192.168.1.1", "private")]
    [InlineData("100.64.0.1", "shared")]
    [InlineData("fd00::1", "private")]
    [InlineData("::ffff:10.1.2.3", "private")]
    public void Addresses_that_are_not_public_are_refused(string address, string why) => Assert.Contains(why, AddressRules.Refusal(IPAddress.Parse(address), []));

    [Theory]
    [InlineData("8.8.8.8", null)]
    [InlineData("172.32.0.1", null)]
    [InlineData("2606:4700::1111", null)]
    [InlineData("64:ff9b::808:808", null)]
    [InlineData("10.1.2.3", "10.0.0.0/8")]
    [InlineData("::ffff:10.1.2.3", "10.0.0.0/8")]
    [InlineData("127.0.0.1", "127.0.0.0/8")]
    [InlineData("fd00::1", "fc00::/7")]
    public void Public_and_listed_addresses_pass(string address, string? allow) =>
        Assert.Null(AddressRules.Refusal(IPAddress.Parse(address), allow is null ? [] : [IPNetwork.Parse(allow)]));

    [Theory]
    [InlineData("0.0.0.0", "0.0.0.0/8")]
    [InlineData("224.0.0.1", "224.0.0.0/4")]
    [InlineData("ff02::1", "ff00::/8")]
    public void What_is_never_a_receiver_is_refused_although_listed(string address, string allow) =>
        Assert.NotNull(AddressRules.Refusal(IPAddress.Parse(address), [IPNetwork.Parse(allow)]));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task A_name_that_leads_to_loopback_is_never_connected_to(string address)
    {
        await using var server = await HookServer.Start(200);
        var url = new UriBuilder(server.Url) { Host = "innocent.example" }.Uri;
        var outcome = await Deliver(Options(url, allow: null), (_, _) => Task.FromResult(new[] { IPAddress.Parse(address) }));
        Assert.Equal(DeliveryResult.Failed, outcome.Result);
        Assert.Contains("loopback", outcome.Detail);
        Assert.Empty(server.Got);
    }

    [Fact]
    public async Task Of_several_addresses_only_an_allowed_one_is_connected_to_and_the_name_is_asked_once()
    {
        await using var server = await HookServer.Start(200);
        var asked = 0;
        var url = new UriBuilder(server.Url) { Host = "rebinding.example" }.Uri;
        Task<IPAddress[]> Resolve(string host, CancellationToken stopping) => Task.FromResult<IPAddress[]>(asked++ == 0 ? [IPAddress.Parse("169.254.169.254"), IPAddress.Loopback] : [IPAddress.Parse("10.0.0.1")]);
        Assert.Equal(DeliveryResult.Delivered, (await Deliver(Options(url), Resolve)).Result);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task The_clusters_own_servers_are_never_receivers()
    {
        await using var server = await HookServer.Start(200);
        Assert.Contains("a server of this cluster", (await Deliver(Options(server.Url), own: [$"127.0.0.1:{server.Url.Port}"])).Detail);
        Assert.Empty(server.Got);
        // another port of a listed address is a neighbour
        Assert.Equal(DeliveryResult.Delivered, (await Deliver(Options(server.Url), own: ["127.0.0.1:6379"])).Result);
    }

    [Fact]
    public async Task A_name_nobody_knows_is_told() =>
        Assert.Contains("HostNotFound", (await Deliver(Options(new Uri("https://nobody.invalid/")), (_, _) => throw new SocketException((int)SocketError.HostNotFound))).Detail);
}
