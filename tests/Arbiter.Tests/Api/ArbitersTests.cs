using System.Collections.Immutable;
using System.Text.Json;
using Arbiter.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Arbiter.Tests.Api;

public sealed class ArbitersTests
{
    private sealed class Told(ReplicaNews? news) : IReplicaNews, IEventPlane
    {
        public ReplicaNews? Newest => news;
        public PlaneStatus Status => new(news is not null, "as the test says");
        public void Tell(string topic, string? json) { }
    }

    private static async Task<JsonElement> Get(ReplicaNews? news)
    {
        var told = new Told(news);
        await using var host = await ApiHost.Start(Pictures.Healthy(), more: s => s.AddSingleton<IReplicaNews>(told).AddSingleton<IEventPlane>(told));
        return JsonDocument.Parse(await host.Http.GetStringAsync("/api/v1/arbiters")).RootElement;
    }

    [Fact]
    public async Task A_standby_shows_what_the_leader_told_with_its_age()
    {
        var topics = ImmutableSortedDictionary<string, string>.Empty.Add("notifications", """{"due":2}""").Add("broken", "{");
        var json = await Get(new ReplicaNews("a1/1", 1, 4, 9, TimeSpan.FromSeconds(2), true, topics));
        var news = json.GetProperty("news");
        Assert.True(json.GetProperty("eventPlane").GetProperty("connected").GetBoolean());
        Assert.Equal(("a1/1", 2000, true), (news.GetProperty("leader").GetString(), news.GetProperty("ageMs").GetInt32(), news.GetProperty("known").GetBoolean()));
        Assert.Equal(2, news.GetProperty("topics").GetProperty("notifications").GetProperty("due").GetInt32());
        Assert.False(news.GetProperty("topics").TryGetProperty("broken", out _));
    }

    [Fact]
    public async Task Without_news_it_says_so()
    {
        var json = await Get(null);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("news").ValueKind);
        Assert.False(json.GetProperty("eventPlane").GetProperty("connected").GetBoolean());
    }
}
