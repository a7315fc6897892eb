using System.Collections.Immutable;
using System.Text.Json;
using Arbiter.Events;

namespace Arbiter.Api;

/// <summary>How this replica stands with the others.</summary>
/// <param name="EventPlane">Its own connection to the broker for events, verbs and news.</param>
/// <param name="News">The newest that the leader told; null = none since the start.</param>
public sealed record ArbitersView(AnsweredBy AnsweredBy, BusView EventPlane, NewsView? News)
{
    internal static ArbitersView Of(AnsweredBy by, PlaneStatus? plane, ReplicaNews? news) =>
        new(by, new BusView(plane?.Connected ?? false, plane?.Reason ?? "not part of this program"), news is null ? null : NewsView.Of(news));
}

/// <param name="Known">False: too old or of a leader of the past; it is history then.</param>
/// <param name="Topics">By topic what the leader's rooms say.</param>
public sealed record NewsView(
    string Leader, long Generation, long Term, long StatusVersion, long AgeMs, bool Known, ImmutableSortedDictionary<string, JsonElement> Topics)
{
    internal static NewsView Of(ReplicaNews news)
    {
        var topics = ImmutableSortedDictionary.CreateBuilder<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (topic, json) in news.Topics)
        {
            try
            {
                using var document = JsonDocument.Parse(json);
                topics[topic] = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // it came over the wire: what is no JSON is left out
            }
        }
        return new NewsView(news.Leader, news.Generation, news.Term, news.StatusVersion, (long)news.Age.TotalMilliseconds, news.Known, topics.ToImmutable());
    }
}
