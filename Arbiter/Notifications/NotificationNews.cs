using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Arbiter.Events;
using Contracts.Vocabulary;

namespace Arbiter.Notifications;

/// <summary>
/// What the leader knows of its receivers, told to the other replicas: once a second when it changed. While something waits, its age
/// changes; so whoever shows this adds nothing but the age of the news.
/// </summary>
internal sealed class NotificationNews(NotificationVerbs here, IReplicaNews? news, TimeProvider time) : BackgroundService
{
    public const string Topic = "notifications";
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    /// <summary>33 of them, with names and addresses of any length, are below what a topic may hold.</summary>
    private const int Most = 32768;
    private const int MostText = 300;

    // shown by programs and terminals, never put into a page
    private static readonly NewsJson s_json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (news is null) return;
        await Task.Yield();
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var status = here.Status;
            // what was true when this replica last led must not be told when it leads again
            news.Tell(Topic, status.Leading ? Write(status.Receivers) : null);
        }
    }

    /// <summary>Without the dead letters: every replica reads those in the register. When it is too long, without the texts of others.</summary>
    public static string Write(ImmutableArray<ReceiverStatus> receivers)
    {
        var whole = Json([.. receivers.Select(r => r with { Dead = [] })]);
        return whole.Length <= Most ? whole : Json([.. receivers.Select(r => r with { Dead = [], Last = null, OldestId = null })]);
    }

    /// <summary>Null: it is not what <see cref="Write"/> writes. Never throws.</summary>
    public static ImmutableArray<ReceiverStatus>? Read(string json)
    {
        try
        {
            var read = JsonSerializer.Deserialize(json, s_json.ImmutableArrayReceiverStatus);
            return !read.IsDefault && read.All(IsValid) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Json(ImmutableArray<ReceiverStatus> receivers) => JsonSerializer.Serialize(receivers, s_json.ImmutableArrayReceiverStatus);

    // it came over the wire; null passes the reader's own check inside a list
    private static bool IsValid(ReceiverStatus? r) =>
        r is not null && Names.IsValid(r.Name) && IsWord(r.Type) && IsWord(r.State) && r.Url.Length <= MostText && (r.OldestId?.Length ?? 0) <= MostText
        && r.Waiting >= 0 && r.InFlight >= 0 && r.Failures >= 0 && r.Delivered >= 0 && r.Failed >= 0 && !(r.OldestAge < TimeSpan.Zero) && !(r.NextIn < TimeSpan.Zero)
        && (r.Last is not { } last || IsWord(last.Result) && last.Id.Length <= MostText && last.Detail.Length <= MostText);

    private static bool IsWord(string text) => text.Length is >= 1 and <= 16 && text.All(char.IsAsciiLetter);
}

/// <summary>How the deliveries stand: on the leader by its own knowledge, elsewhere by the leader's word as long as that is fresh.</summary>
internal sealed class LeadersView(NotificationVerbs here, IReplicaNews? news) : INotifications
{
    public NotificationStatus Status
    {
        get
        {
            var own = here.Status;
            if (own.Leading || news?.Newest is not { Known: true } said || !said.Topics.TryGetValue(NotificationNews.Topic, out var json)) return own;
            if (said.Generation != own.Generation || NotificationNews.Read(json) is not { } told) return own;
            var known = own.Receivers.ToDictionary(r => r.Name);
            return own with
            {
                Told = new LeadersWord(said.Leader, said.Age),
                Receivers = [.. told.Select(r => Aged(r, said.Age, known.GetValueOrDefault(r.Name))), .. own.Receivers.Where(r => told.All(t => t.Name != r.Name))],
            };
        }
    }

    /// <summary>What the register holds is read there, by everybody.</summary>
    private static ReceiverStatus Aged(ReceiverStatus told, TimeSpan age, ReceiverStatus? own) => told with
    {
        OldestAge = Bounded(told.OldestAge) + age,
        NextIn = told.NextIn is { } next ? next > age ? Bounded(next) - age : TimeSpan.Zero : null,
        DeadTotal = own?.DeadTotal ?? told.DeadTotal,
        Dead = own?.Dead ?? [],
    };

    // a sum must not overflow, whatever was said
    private static TimeSpan? Bounded(TimeSpan? said) => said is { } s && s > TimeSpan.FromDays(3650) ? TimeSpan.FromDays(3650) : said;
}

[JsonSerializable(typeof(ImmutableArray<ReceiverStatus>))]
internal sealed partial class NewsJson : JsonSerializerContext;
