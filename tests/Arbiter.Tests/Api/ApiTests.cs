using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Arbiter.Api;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Api;

public sealed class ApiTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Groups_say_holder_wanted_observed_and_why_in_the_documented_shape()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        var json = await Json(host, "/api/v1/groups");
        Assert.Equal("arbiter1", json.GetProperty("answeredBy").GetProperty("leader").GetString());
        Assert.Equal("leading", json.GetProperty("answeredBy").GetProperty("role").GetString());
        Assert.Equal("ok", json.GetProperty("verdict").GetProperty("level").GetString());
        var group = json.GetProperty("groups")[0];
        Assert.Equal("lb1", group.GetProperty("holder").GetString());
        Assert.Equal("lb1", group.GetProperty("masters")[0].GetString());
        Assert.Equal("lb2", group.GetProperty("standby").GetString());
        Assert.Equal("act", group.GetProperty("mode").GetString());
        Assert.Equal(3, group.GetProperty("epoch").GetInt64());
        Assert.Equal(3, group.GetProperty("moves")[0].GetProperty("epoch").GetInt64());
        var member = group.GetProperty("members")[0];
        Assert.Equal("holder", member.GetProperty("wanted").GetString());
        Assert.Equal("master", member.GetProperty("reading").GetProperty("role").GetString());
        Assert.InRange(member.GetProperty("ageMs").GetInt64(), 240, 5000);
    }

    [Theory]
    [InlineData("/api/v1/groups/web", "name")]
    [InlineData("/api/v1/nodes", "nodes")]
    [InlineData("/api/v1/nodes/lb1", "probes")]
    [InlineData("/api/v1/quorum", "servers")]
    [InlineData("/api/v1/status", "readiness")]
    [InlineData("/livez", "alive")]
    [InlineData("/readyz", "code")]
    public async Task Every_read_answers_json_to_get_and_the_same_headers_to_head(string path, string field)
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        Assert.True((await Json(host, path)).TryGetProperty(field, out _));
        using var head = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Stop);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("application/json", head.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Stop));
    }

    [Theory]
    [InlineData("/api/v1/groups/mail", "There is no group 'mail'; known: web.", "web")]
    [InlineData("/api/v1/nodes/lb9", "There is no node 'lb9'; known: lb1, lb2.", "lb1")]
    [InlineData("/api/v1/groups/%3Cscript%3E", "That is no name of a group; known: web.", "web")]
    public async Task An_unknown_name_is_a_problem_that_names_the_known_ones(string path, string detail, string known)
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        using var answer = await host.Http.GetAsync(path, Stop);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.Equal(known, problem.GetProperty("known")[0].GetString());
    }

    [Theory]
    [InlineData("GET", "/no/such", 404)]
    [InlineData("POST", "/api/v1/groups", 405)]
    [InlineData("DELETE", "/api/v1/groups/web", 405)]
    [InlineData("OPTIONS", "/api/v1/groups", 204)]
    public async Task Other_paths_and_methods_are_answered_plainly(string method, string path, int status)
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        using var answer = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Stop);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status >= 400) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        else Assert.Equal(["GET", "HEAD", "OPTIONS"], answer.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/groups")]
    [InlineData("/api/v1/groups/none")]
    [InlineData("/no/such")]
    public async Task Every_answer_forbids_foreign_scripts_framing_and_keeping_and_names_no_server(string path)
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        using var answer = await host.Http.GetAsync(path, Stop);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'self';", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task No_secret_of_the_configuration_is_ever_told()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        foreach (var path in new[] { "/", "/fragment", "/api/v1/status", "/api/v1/groups", "/api/v1/nodes", "/api/v1/quorum", "/livez", "/readyz" })
            Assert.DoesNotContain("never-shown", await host.Http.GetStringAsync(path, Stop));
    }

    [Fact]
    public async Task A_standby_answers_itself_and_says_who_leads()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy(), Pictures.Register(RegisterState.Following, "arbiter2"));
        using var answer = await host.Http.GetAsync("/api/v1/groups/web", Stop);
        Assert.Equal("following", answer.Headers.GetValues("Arbiter-Role").Single());
        Assert.Equal("arbiter2", answer.Headers.GetValues("Arbiter-Leader").Single());
        Assert.Equal("Following arbiter2.", (await Json(host, "/readyz")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task An_event_tells_each_new_version_and_one_comes_at_least_each_second()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy(7));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await using var stream = await host.Http.GetStreamAsync("/api/v1/events", patience.Token);
        using var reader = new StreamReader(stream);
        Assert.Equal(7, (await NextEvent(reader, patience.Token)).GetProperty("version").GetInt64());
        Assert.Equal(7, (await NextEvent(reader, patience.Token)).GetProperty("version").GetInt64());
        host.Board.Put(Pictures.Failover(8));
        JsonElement change;
        do change = await NextEvent(reader, patience.Token);
        while (change.GetProperty("version").GetInt64() == 7);
        Assert.Equal(8, change.GetProperty("version").GetInt64());
        Assert.Equal("warning", change.GetProperty("level").GetString());
    }

    [Fact]
    public async Task More_event_streams_than_allowed_are_refused_and_a_closed_one_makes_room()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < EventStream.MaxStreams; i++)
            open.Add(await host.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead, Stop));
        Assert.All(open, o => Assert.Equal(HttpStatusCode.OK, o.StatusCode));
        using (var refused = await host.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead, Stop))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        open.ForEach(o => o.Dispose());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var again = await host.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (again.StatusCode == HttpStatusCode.OK) break;
            await Task.Delay(50, patience.Token);
        }
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("localhost", true)]
    [InlineData("LocalHost.", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("172.20.0.11", true)]
    [InlineData("[::1]", true)]
    [InlineData("arbiter.example.net", true)]
    [InlineData("arbiter.example.net.", true)]
    [InlineData("b\u00fccher.example", true)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("rooted.example", true)]
    [InlineData("example.net", false)]
    [InlineData("localhost.example.net", false)]
    [InlineData("127.0.0.1.example.net", false)]
    public void A_server_is_named_by_an_address_as_localhost_or_as_allowed(string host, bool known) => Assert.Equal(known, KnownHosts.IsKnown(host, ["Arbiter.example.net", "xn--bcher-kva.example", "rooted.example."]));

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/status")]
    [InlineData("/livez")]
    public async Task A_request_under_a_foreign_name_that_leads_here_is_refused_and_says_what_to_do(string path)
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = $"evil.example:{host.Http.BaseAddress!.Port}" } };
        using var answer = await host.Http.SendAsync(request, Stop);
        Assert.Equal((HttpStatusCode.MisdirectedRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("http.hosts in arbiter.yaml", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var local = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "localhost" } };
        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(local, Stop)).StatusCode);
    }

    [Fact]
    public async Task An_endless_request_head_is_cut_off_by_the_limits()
    {
        await using var host = await ApiHost.Start(Pictures.Healthy());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port, Stop);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n"), Stop);
        for (var i = 0; i < 60; i++) await stream.WriteAsync(Encoding.ASCII.GetBytes($"X-{i}: y\r\n"), Stop);
        await stream.WriteAsync("\r\n"u8.ToArray(), Stop);
        using var reader = new StreamReader(stream);
        Assert.Contains("431", await reader.ReadLineAsync(Stop));
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080)]
    [InlineData("localhost:80", "127.0.0.1", 80)]
    [InlineData("[::1]:8080", "::1", 8080)]
    [InlineData("*:8080", null, 8080)]
    public void A_listen_address_is_read(string text, string? address, int port) =>
        Assert.Equal((address is null ? null : IPAddress.Parse(address), port), Listening.Parse(text));

    [Theory]
    [InlineData("8080")]
    [InlineData(":8080")]
    [InlineData("1:8080")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("example.org:80")]
    public void Another_listen_address_is_refused_with_an_example(string text) =>
        Assert.Contains("127.0.0.1:8080", Assert.Throws<FormatException>(() => Listening.Parse(text)).Message);

    private static async Task<JsonElement> NextEvent(StreamReader reader, CancellationToken stop)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync(stop) ?? throw new EndOfStreamException();
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonDocument.Parse(line[6..]).RootElement;
        }
    }

    private static async Task<JsonElement> Json(ApiHost host, string path) =>
        JsonDocument.Parse(await host.Http.GetStringAsync(path, Stop)).RootElement;
}
