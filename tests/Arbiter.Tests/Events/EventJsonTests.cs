using System.Text;
using System.Text.Json;
using Arbiter.Core;
using Arbiter.Events;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Events;

/// <summary>What other programs read, held by recorded samples.</summary>
public sealed class EventJsonTests
{
    private static readonly ClusterName s_cluster = ClusterName.Parse("chengdu");

    private static RecordedEvent Sample(string type) => new()
    {
        Number = 41, Type = type, Generation = 2, Epoch = 7, Utc = new DateTimeOffset(2026, 3, 1, 14, 30, 1, 250, TimeSpan.FromHours(8)),
        Id = type == EventTypes.RoleChanged ? "evt_chengdu_web_lb2_6f1a0c1e-8f7e-4d53-9a44-0c5d3f1f2b7a_12" : $"evt_chengdu_web_2_41_{type}",
        Severity = type switch { EventTypes.DiagnosisRaised => Severities.Critical, EventTypes.ScheduleMissed or EventTypes.EventsCoalesced => Severities.Warning, _ => Severities.Info },
        Group = type == EventTypes.LeaderChanged ? null : "web",
        Node = type == EventTypes.RoleChanged ? "lb2" : null,
        From = type switch { EventTypes.RoleChanged => "backup", EventTypes.DecisionMade => "lb1", _ => null },
        To = type switch { EventTypes.RoleChanged => "master", EventTypes.DecisionMade => "lb2", EventTypes.LeaderChanged => "arb1/00c0ffee00c0ffee", EventTypes.DiagnosisRaised => "NoHolder", _ => null },
        Reason = type == EventTypes.DiagnosisRaised ? "nobody holds the group's address; lb1 said \"fault\", 温度 high" : "as recorded",
    };

    public static TheoryData<string> Types => [.. EventTypes.All];

    [Theory]
    [MemberData(nameof(Types))]
    public void Each_type_is_written_as_its_sample(string type)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Events", "Samples", $"{type}.json");
        var json = Encoding.UTF8.GetString(EventJson.Data(s_cluster, Sample(type), recorded: type != EventTypes.DiagnosisRaised));
        if (Environment.GetEnvironmentVariable("RECORD_SAMPLES") is { } folder) File.WriteAllText(Path.Combine(folder, $"{type}.json"), json + "\n");
        Assert.Equal(File.ReadAllText(file).TrimEnd('\n'), json);
        Assert.True(EventJson.TryRead(Encoding.UTF8.GetBytes(json), out var data));
        Assert.Equal((41L, type, "chengdu"), (data.Number, data.Type, data.Cluster));
    }

    [Fact]
    public void Every_field_is_always_there_and_in_camelCase()
    {
        using var json = JsonDocument.Parse(EventJson.Data(s_cluster, Sample(EventTypes.LeaderChanged), recorded: true));
        Assert.Equal(
            ["id", "type", "severity", "cluster", "group", "node", "number", "generation", "epoch", "from", "to", "reason", "utc", "recorded"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("group").ValueKind);
        Assert.Equal("2026-03-01T06:30:01.25+00:00", json.RootElement.GetProperty("utc").GetString());
    }

    [Fact]
    public void The_routing_key_is_type_and_group_and_a_dash_for_the_whole_cluster()
    {
        Assert.Equal("role_changed.web", BusReceiver.RoutingKey(Sample(EventTypes.RoleChanged)));
        Assert.Equal("leader_changed.-", BusReceiver.RoutingKey(Sample(EventTypes.LeaderChanged)));
        Assert.False(Names.IsValid("-"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    public void What_is_no_event_is_not_read(string json) => Assert.False(EventJson.TryRead(Encoding.UTF8.GetBytes(json), out _));
}
