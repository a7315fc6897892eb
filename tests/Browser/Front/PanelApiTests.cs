using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Browser.Stand;

namespace Browser.Front;

public sealed class PanelApiTests
{
    [Fact]
    public async Task A_fault_is_pressed_and_mended_by_its_id()
    {
        await using var stand = await FrontStand.Start();
        var on = await stand.Http.PutAsync("/demo/faults/kill-haproxy/lb1", Body("""{"on": true}"""));
        Assert.Equal(HttpStatusCode.OK, on.StatusCode);
        var said = await on.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("broke kill-haproxy/lb1", said.GetProperty("done").GetString());
        Assert.Equal(["kill-haproxy/lb1"], Pressed(said));
        // an id that was encoded as a whole is the same id
        var off = await stand.Http.PutAsync("/demo/faults/kill-haproxy%2flb1", Body("""{"on": false}"""));
        Assert.Empty(Pressed(await off.Content.ReadFromJsonAsync<JsonElement>()));
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("PUT", "/demo/faults/split")]
    [InlineData("GET", "/api/v1/status")]
    public async Task A_page_whose_name_leads_here_is_refused_and_breaks_nothing(string method, string path)
    {
        await using var stand = await FrontStand.Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Host = $"evil.example:{stand.Address.Port}" } };
        if (method == "PUT") request.Content = Body("""{"on": true}""");
        using var answer = await stand.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.Empty(Pressed(await stand.Http.GetFromJsonAsync<JsonElement>("/demo/faults")));
    }

    [Fact]
    public async Task Everything_is_mended_at_once()
    {
        await using var stand = await FrontStand.Start();
        await stand.Http.PutAsync("/demo/faults/split", Body("""{"on": true}"""));
        await stand.Http.PutAsync("/demo/faults/isolate/lb2", Body("""{"on": true}"""));
        Assert.Equal(["isolate/lb2", "split"], Pressed(await stand.Http.GetFromJsonAsync<JsonElement>("/demo/faults")));
        var healed = await stand.Http.DeleteAsync("/demo/faults");
        Assert.Empty(Pressed(await healed.Content.ReadFromJsonAsync<JsonElement>()));
    }

    [Theory]
    [InlineData("PUT", "/demo/faults/split", "yes", 400)]
    [InlineData("PUT", "/demo/faults/split", "", 400)]
    [InlineData("PUT", "/demo/faults/split", "null", 400)]
    [InlineData("PUT", "/demo/faults/split", "{}", 400)]
    [InlineData("PUT", "/demo/faults/split", """{"on": 1}""", 400)]
    [InlineData("PUT", "/demo/faults/split", """{"on": true, "more": 1}""", 400)]
    [InlineData("PUT", "/demo/faults/none", """{"on": true}""", 404)]
    [InlineData("PUT", "/demo/faults/kill-haproxy/<script>", """{"on": true}""", 404)]
    [InlineData("PUT", "/demo/faults", """{"on": true}""", 405)]
    [InlineData("POST", "/demo/faults/split", """{"on": true}""", 405)]
    [InlineData("DELETE", "/demo/faults/split", "", 405)]
    [InlineData("POST", "/demo/story", "", 405)]
    [InlineData("GET", "/demo/nothing", "", 404)]
    public async Task Bad_input_is_answered_with_what_is_wrong_and_changes_nothing(string method, string path, string body, int status)
    {
        await using var stand = await FrontStand.Start();
        using var ask = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "GET" ? null : Body(body) };
        var answer = await stand.Http.SendAsync(ask);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetInt32());
        Assert.DoesNotContain(stand.Panel.Faults, f => f.On);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_JSON_is_refused()
    {
        await using var stand = await FrontStand.Start();
        var large = await stand.Http.PutAsync("/demo/faults/split", Body("{\"on\": true, \"x\": \"" + new string('x', 20_000) + "\"}"));
        Assert.Equal(HttpStatusCode.BadRequest, large.StatusCode);
        var text = await stand.Http.PutAsync("/demo/faults/split", new StringContent("on=true", Encoding.UTF8, "application/x-www-form-urlencoded"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.DoesNotContain(stand.Panel.Faults, f => f.On);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://example.org")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_cannot_press(string header, string value)
    {
        await using var stand = await FrontStand.Start();
        foreach (var (method, path) in new[] { (HttpMethod.Put, "/demo/faults/split"), (HttpMethod.Delete, "/demo/faults") })
        {
            using var ask = new HttpRequestMessage(method, path) { Content = Body("""{"on": true}""") };
            ask.Headers.Add(header, value);
            Assert.Equal(HttpStatusCode.Forbidden, (await stand.Http.SendAsync(ask)).StatusCode);
        }
        Assert.DoesNotContain(stand.Panel.Faults, f => f.On);
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static string?[] Pressed(JsonElement said) =>
        [.. said.GetProperty("faults").EnumerateArray().Where(f => f.GetProperty("on").GetBoolean()).Select(f => f.GetProperty("id").GetString())];
}
