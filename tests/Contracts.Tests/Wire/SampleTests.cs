using System.Text;
using System.Text.Json;
using Contracts.Messages;
using Contracts.Tests.Messages;
using Contracts.Wire;

namespace Contracts.Tests.Wire;

/// <summary>The recorded samples are the contract with agents in other languages: a change of one is a change of the wire.</summary>
public sealed class SampleTests
{
    private static readonly MessageCodec Codec = new(Examples.Cluster);

    private static string Sample(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", $"{name}.json"), Encoding.UTF8).TrimEnd('\n');

    private static void IsRecorded<T>(T message) where T : class, IMessage
    {
        var bytes = Codec.Encode(message);
        var recorded = Sample(typeof(T).Name);
        Assert.Equal(recorded, Encoding.UTF8.GetString(bytes));
        var decoded = Codec.Decode<T>(Encoding.UTF8.GetBytes(recorded));
        Assert.Null(decoded.Refusal);
        Assert.Equal(recorded, Encoding.UTF8.GetString(Codec.Encode(decoded.Message!)));
    }

    [Fact]
    public void Each_message_is_written_and_read_exactly_as_recorded()
    {
        IsRecorded(Examples.HealthEvent);
        IsRecorded(Examples.RoleObserved);
        IsRecorded(Examples.OrderResult);
        IsRecorded(Examples.Order);
        IsRecorded(Examples.LeaderAnnounced);
    }

    [Fact]
    public void An_order_without_its_optional_fields_reads_with_their_defaults()
    {
        var decoded = Codec.Decode<Order>(Encoding.UTF8.GetBytes(Sample("Order.minimal")));
        Assert.Null(decoded.Refusal);
        Assert.False(decoded.Message!.Report);
        Assert.Null(decoded.Message.Groups[0].Standby);
    }

    [Fact]
    public void Every_field_but_the_optional_ones_is_missed_when_it_is_not_there()
    {
        string[] optional = ["tiltMs", "ordered", "fault", "report", "standby", "otherMaster", "steering", "service"];
        var tried = 0;
        foreach (var (name, decode) in Decoders)
            foreach (var (path, without) in WithoutEachField(Sample(name)))
            {
                var refusal = decode(Encoding.UTF8.GetBytes(without));
                if (optional.Contains(path.Split('.')[^1])) Assert.Null(refusal);
                else Assert.True(refusal is not null, $"{name} without {path} was taken");
                tried++;
            }
        Assert.True(tried > 70, $"only {tried} fields");
    }

    [Fact]
    public void No_field_but_the_optional_ones_may_be_null()
    {
        string[] optional = ["ordered", "fault", "standby", "service"];
        foreach (var (name, decode) in Decoders)
            foreach (var (path, nulled) in WithEachFieldNull(Sample(name)))
            {
                var refusal = decode(Encoding.UTF8.GetBytes(nulled));
                if (optional.Contains(path.Split('.')[^1])) Assert.Null(refusal);
                else Assert.True(refusal is not null, $"{name} with {path} null was taken");
            }
    }

    private static IEnumerable<(string Name, Func<byte[], string?> Decode)> Decoders =>
    [
        ("HealthEvent", b => Codec.Decode<HealthEvent>(b).Refusal),
        ("RoleObserved", b => Codec.Decode<RoleObserved>(b).Refusal),
        ("OrderResult", b => Codec.Decode<OrderResult>(b).Refusal),
        ("Order", b => Codec.Decode<Order>(b).Refusal),
        ("LeaderAnnounced", b => Codec.Decode<LeaderAnnounced>(b).Refusal),
    ];

    private static IEnumerable<(string Path, string Json)> WithoutEachField(string json) => Edited(json, (parent, key) => parent.Remove(key));

    private static IEnumerable<(string Path, string Json)> WithEachFieldNull(string json) => Edited(json, (parent, key) => parent[key] = null);

    private static IEnumerable<(string Path, string Json)> Edited(string json, Action<System.Text.Json.Nodes.JsonObject, string> edit)
    {
        foreach (var path in Paths(System.Text.Json.Nodes.JsonNode.Parse(json)!, ""))
        {
            var root = System.Text.Json.Nodes.JsonNode.Parse(json)!;
            var node = root;
            var parts = path.Split('.');
            foreach (var part in parts[..^1]) node = int.TryParse(part, out var i) ? node![i] : node![part];
            edit(node!.AsObject(), parts[^1]);
            yield return (path, root.ToJsonString());
        }
    }

    private static IEnumerable<string> Paths(System.Text.Json.Nodes.JsonNode node, string prefix) => node switch
    {
        System.Text.Json.Nodes.JsonObject o => o.SelectMany(p => (string[])[prefix + p.Key, .. p.Value is null ? [] : Paths(p.Value, $"{prefix}{p.Key}.")]),
        System.Text.Json.Nodes.JsonArray a => a.SelectMany((item, i) => item is null ? [] : Paths(item, $"{prefix}{i}.")),
        _ => [],
    };
}
