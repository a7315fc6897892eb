using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Browser.Stand;
using Demo.Page;
using World.Hosts;

namespace Browser.Front;

public sealed class StoryStreamTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_story_begins_with_all_that_is_known_and_goes_on_live()
    {
        await using var stand = await FrontStand.Start();
        stand.Story.Say("lb1", "first", Tone.Plain);
        await using var story = await Reader.Open(stand, "/demo/story");
        Assert.Equal("begin", (await story.Next()).EventType);
        var line = await story.Next("line");
        Assert.Equal((1, "lb1", "first", "plain"), (line.GetProperty("number").GetInt64(), line.GetProperty("who").GetString(), line.GetProperty("text").GetString(), line.GetProperty("tone").GetString()));
        await story.Next("world");
        stand.Story.Say("you", "second", Tone.Fault);
        Assert.Equal("second", (await story.Next("line")).GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_comes_back_is_told_only_what_it_missed(bool header)
    {
        await using var stand = await FrontStand.Start();
        foreach (var text in new[] { "one", "two" }) stand.Story.Say("lb1", text, Tone.Plain);
        string? id = null;
        await using (var first = await Reader.Open(stand, "/demo/story"))
            while (await first.Next() is var item && item.Data.Contains("two") is false) id = item.EventId ?? id;
        Assert.EndsWith("-1", id);
        await using var second = await Reader.Open(stand, header ? "/demo/story" : $"/demo/story?after={id}", header ? id : null);
        Assert.Equal(2, (await second.Next("begin")).GetProperty("from").GetInt64());
        Assert.Equal("two", (await second.Next("line")).GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("gone-7")]
    [InlineData("-1")]
    [InlineData("nonsense")]
    [InlineData("99999999999999999999999")]
    public async Task An_id_of_another_run_begins_the_story_anew(string id)
    {
        await using var stand = await FrontStand.Start();
        stand.Story.Say("lb1", "one", Tone.Plain);
        await using var story = await Reader.Open(stand, "/demo/story", id);
        Assert.Equal("one", (await story.Next("line")).GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_press_and_a_move_are_told_as_they_stand()
    {
        await using var stand = await FrontStand.Start();
        await using var story = await Reader.Open(stand, "/demo/story");
        Assert.DoesNotContain((await story.Next("faults")).GetProperty("faults").EnumerateArray(), f => f.GetProperty("on").GetBoolean());
        var web = (await story.Next("world")).GetProperty("groups")[0];
        Assert.Equal((JsonValueKind.Null, "lb1"), (web.GetProperty("away").ValueKind, web.GetProperty("reached").GetString()));
        await stand.Panel.Set("split", true, CancellationToken.None);
        Assert.Single((await story.Next("faults")).GetProperty("faults").EnumerateArray(), f => f.GetProperty("on").GetBoolean());
        stand.Sights.Picture = FakeSights.Moved();
        JsonElement world;
        do world = await story.Next("world"); while (world.GetProperty("groups")[0].GetProperty("reached").GetString() != "lb2");
        var away = world.GetProperty("groups")[0].GetProperty("away");
        Assert.Equal((4.3, true), (away.GetProperty("ms").GetDouble(), away.GetProperty("over").GetBoolean()));
        var lb1 = world.GetProperty("nodes")[0];
        Assert.Equal(("haproxy dead", "FAULT", true), (lb1.GetProperty("ills")[0].GetString(), lb1.GetProperty("roles").GetProperty("web").GetProperty("role").GetString(), lb1.GetProperty("roles").GetProperty("web").GetProperty("fenced").GetBoolean()));
    }

    [Fact]
    public async Task More_readers_than_there_is_room_for_are_sent_away()
    {
        await using var stand = await FrontStand.Start();
        var readers = new List<Reader>();
        for (var i = 0; i < StoryStream.MaxStreams; i++) readers.Add(await Reader.Open(stand, "/demo/story"));
        using var refused = await stand.Http.GetAsync("/demo/story", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
        foreach (var reader in readers) await reader.DisposeAsync();
    }

    private sealed class Reader(HttpResponseMessage answer, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public static async Task<Reader> Open(FrontStand stand, string path, string? last = null)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, path);
            if (last is not null) ask.Headers.Add("Last-Event-ID", last);
            var answer = await stand.Http.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
            return new Reader(answer, SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
        }

        public async Task<SseItem<string>> Next()
        {
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(s_soon));
            return items.Current;
        }

        public async Task<JsonElement> Next(string type)
        {
            while (true)
                if (await Next() is var item && item.EventType == type) return JsonSerializer.Deserialize<JsonElement>(item.Data);
        }

        public ValueTask DisposeAsync()
        {
            answer.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
