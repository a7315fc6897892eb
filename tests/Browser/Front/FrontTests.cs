using System.Net;
using System.Text;
using Browser.Stand;
using Demo.Page;

namespace Browser.Front;

public sealed class FrontTests
{
    [Fact]
    public async Task The_status_page_of_a_replica_is_in_the_page_to_the_letter()
    {
        await using var stand = await FrontStand.Start();
        var page = await stand.Http.GetStringAsync("/");
        var status = stand.Sights.Replicas[0].Page;
        var cut = status.IndexOf("</head><body>", StringComparison.Ordinal);
        Assert.StartsWith(status[..cut], page, StringComparison.Ordinal);
        Assert.EndsWith(status[(cut + "</head><body>".Length)..], page, StringComparison.Ordinal);
        Assert.Contains("data-fault=\"kill-haproxy/lb1\"", page);
    }

    [Fact]
    public async Task The_page_runs_nothing_inline_and_asks_nothing_from_elsewhere()
    {
        await using var stand = await FrontStand.Start();
        var answer = await stand.Http.GetAsync("/");
        Assert.Contains("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotMatch(@"(src|href)=""(https?:|//)", page);
        Assert.DoesNotMatch(@"\sstyle=|\son\w+=|<style", page);
    }

    [Fact]
    public async Task What_a_replica_answers_comes_with_its_own_headers_once()
    {
        await using var stand = await FrontStand.Start();
        var answer = await stand.Http.GetAsync("/fragment?x=1");
        Assert.Equal("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal($"GET /fragment?x=1 {stand.Address.Authority}", stand.Sights.Replicas[0].Asked.Single());
    }

    [Fact]
    public async Task A_post_reaches_the_replica_with_its_body_and_its_origin()
    {
        await using var stand = await FrontStand.Start();
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/api/v1/echo") { Content = new StringContent("hello", Encoding.UTF8) };
        ask.Headers.Add("Origin", "http://example.org");
        Assert.Equal("arb1 got hello from http://example.org", await (await stand.Http.SendAsync(ask)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task With_a_stopped_replica_another_one_answers_and_with_none_the_page_still_stands()
    {
        await using var stand = await FrontStand.Start();
        stand.Sights.Replicas[0].Stop();
        Assert.Contains("arb2 says so", await stand.Http.GetStringAsync("/"));
        Assert.Contains("arb2 says so", await stand.Http.GetStringAsync("/fragment"));
        stand.Sights.Replicas[1].Stop();
        var page = await stand.Http.GetStringAsync("/");
        Assert.Contains("No replica of the arbiter answers", page);
        Assert.Contains("data-fault=\"kill-haproxy/lb1\"", page);
        var fragment = await stand.Http.GetAsync("/fragment");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (fragment.StatusCode, fragment.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.OK, (await stand.Http.GetAsync("/assets/app.css")).StatusCode);
        var events = await stand.Http.GetAsync("/api/v1/events");
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (events.StatusCode, events.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_replica_that_died_unsaid_is_answered_for_with_503_and_an_empty_stream()
    {
        await using var stand = await FrontStand.Start();
        await stand.Sights.Replicas[0].Die();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await stand.Http.GetAsync("/fragment")).StatusCode);
        Assert.Contains("No replica of the arbiter answers", await stand.Http.GetStringAsync("/"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_of_events_ends_whole_when_its_replica_stops_or_dies(bool said)
    {
        await using var stand = await FrontStand.Start();
        using var answer = await stand.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: status", await reader.ReadLineAsync());
        if (said) stand.Sights.Replicas[0].Stop();
        else await stand.Sights.Replicas[0].Die();
        // ends without an exception of a chunk that is missing
        var rest = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("arb1", rest);
    }

    [Fact]
    public void A_status_page_of_another_frame_is_no_page_to_insert_into() =>
        Assert.Contains("</head><body>", Assert.Throws<InvalidOperationException>(() => FrontPage.Insert("<html><body class=x>", "")).Message);
}
