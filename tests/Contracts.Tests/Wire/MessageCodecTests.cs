using System.Text;
using Contracts.Bus;
using Contracts.Messages;
using Contracts.Tests.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Contracts.Tests.Wire;

public sealed class MessageCodecTests
{
    private static readonly MessageCodec Codec = new(Examples.Cluster);

    private static string Json<T>(T message) where T : class, IMessage => Encoding.UTF8.GetString(Codec.Encode(message));

    private static string? Refusal<T>(string json) where T : class, IMessage => Codec.Decode<T>(Encoding.UTF8.GetBytes(json)).Refusal;

    private static string Changed<T>(T message, string from, string to) where T : class, IMessage
    {
        var json = Json(message);
        Assert.Contains(from, json, StringComparison.Ordinal);
        return json.Replace(from, to, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"v\":1", "\"v\":2", "version 2")]
    [InlineData("\"cluster\":\"shop\"", "\"cluster\":\"other\"", "belongs to cluster other")]
    [InlineData("\"node\":\"lb1\"", "\"node\":\"LB1\"", "no node name")]
    [InlineData("\"node\":\"lb1\"", "\"node\":\"lb1/../x\"", "no node name")]
    [InlineData("\"group\":\"web\"", "\"group\":\"\"", "no group name")]
    [InlineData("\"seq\":12", "\"seq\":-1", "seq is negative")]
    [InlineData("\"seq\":12", "\"seq\":1e99", "seq")]
    [InlineData("\"seq\":12", "\"seq\":\"12\"", "seq")]
    [InlineData("\"sinceMs\":86400000", "\"sinceMs\":-5", "sinceMs is negative")]
    [InlineData("\"sinceMs\":86400000", "\"sinceMs\":9223372036854775807", "above ten years")]
    [InlineData("\"sampleMs\":3", "\"sampleMs\":-2", "sampleMs is below -1")]
    [InlineData("\"latencyMs\":0.25", "\"latencyMs\":-0.5", "latencyMs")]
    [InlineData("\"latencyMs\":0.25", "\"latencyMs\":1e400", "latencyMs")]
    [InlineData("\"effectivePriority\":254", "\"effectivePriority\":256", "effectivePriority is outside")]
    [InlineData("\"state\":\"up\"", "\"state\":\"Up\"", "must be one of unknown, up, down")]
    [InlineData("\"state\":\"up\"", "\"state\":1", "must be one of")]
    [InlineData("\"state\":\"up\"", "\"state\":\"up,down\"", "must be one of")]
    [InlineData("\"role\":\"master\"", "\"role\":\"king\"", "must be one of unknown, master")]
    [InlineData("\"process\":\"p-7f3a\"", "\"process\":\"a b\"", "process is not")]
    [InlineData("\"nonce\":\"n-12-9d2c\"", "\"nonce\":\"\"", "nonce is not")]
    [InlineData("\"probes\":[{", "\"probes\":[null,{", "probes[0] is null")]
    [InlineData("\"name\":\"haproxy\"", "\"name\":\"Ha proxy\"", "probes[0].name is no name")]
    [InlineData("\"vipPresent\":true", "\"vipPresent\":\"yes\"", "vipPresent")]
    [InlineData("\"v\":1", "\"v\":1,\"v\":1", "v")]
    public void A_health_event_with_one_wrong_field_is_refused_with_that_reason(string from, string to, string reason) =>
        Assert.Contains(reason, Refusal<HealthEvent>(Changed(Examples.HealthEvent, from, to)), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"validMs\":12000", "\"validMs\":999", "validMs is outside 1000 to 60000")]
    [InlineData("\"validMs\":12000", "\"validMs\":60001", "validMs is outside 1000 to 60000")]
    [InlineData("\"epoch\":42", "\"epoch\":-1", "groups[0].epoch is negative")]
    [InlineData("\"standby\":\"lb2\"", "\"standby\":\"Lb2\"", "no node name")]
    [InlineData("\"vips\":[\"172.20.0.248/16\"]", "\"vips\":[null]", "policy.vips[0] is null")]
    [InlineData("\"vips\":[\"172.20.0.248/16\"]", "\"vips\":null", "vips")]
    [InlineData("\"onIsolation\":\"fence\"", "\"onIsolation\":\"shoot\"", "must be one of fence, hold")]
    public void An_order_with_one_wrong_field_is_refused_with_that_reason(string from, string to, string reason) =>
        Assert.Contains(reason, Refusal<Order>(Changed(Examples.Order, from, to)), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_field_is_passed_over() =>
        Assert.Null(Refusal<HealthEvent>(Changed(Examples.HealthEvent, "\"v\":1", "\"v\":1,\"later\":{\"a\":[1,{}]}")));

    [Fact]
    public void Another_version_is_the_reason_even_when_its_fields_are_others() =>
        Assert.Equal("HealthEvent: version 2, this program knows 1", Refusal<HealthEvent>("""{"x":[1,2],"v":2,"cluster":"shop"}"""));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"node\":\"\\ud800\"}")]
    public void What_is_no_message_is_refused(string json) => Assert.NotNull(Refusal<HealthEvent>(json));

    [Fact]
    public void One_byte_above_the_limit_is_refused_unread()
    {
        var json = Json(Examples.LeaderAnnounced);
        Assert.Null(Refusal<LeaderAnnounced>(json.PadRight(WireLimits.MaxBytes)));
        Assert.Contains("16385 bytes", Refusal<LeaderAnnounced>(json.PadRight(WireLimits.MaxBytes + 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.NotNull(Refusal<HealthEvent>($"{{\"a\":{new string('[', 5000)}{new string(']', 5000)}}}"));

    [Fact]
    public void The_same_group_or_probe_twice_is_refused()
    {
        var order = Examples.Order;
        var twice = Json(order).Replace("\"groups\":[", "\"groups\":[" + Group(Json(order)) + ",", StringComparison.Ordinal);
        Assert.Contains("groups[1].group 'web' is there twice", Refusal<Order>(twice), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.HealthEvent with { Probes = [Examples.Probe, Examples.Probe] }));

        static string Group(string json) => json[(json.IndexOf("\"groups\":[", StringComparison.Ordinal) + 10)..^2];
    }

    [Fact]
    public void More_items_than_allowed_are_refused()
    {
        var probes = Enumerable.Range(0, 65).Select(i => Examples.Probe with { Name = $"p{i}", Reason = "" }).ToList();
        Assert.Contains("more than 64 items", Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.HealthEvent with { Probes = probes })).Message, StringComparison.Ordinal);
        var transitions = Enumerable.Range(0, 65).Select(i => new RoleTransition("b", i, VrrpRole.Master, i)).ToList();
        Assert.Contains("more than 64 items", Assert.Throws<ArgumentException>(() =>
            Codec.Encode(Examples.HealthEvent with { Groups = [Examples.Group with { Transitions = transitions }] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_or_dirty_reason_is_cut_and_cleaned_on_the_way_out_and_refused_on_the_way_in()
    {
        var sent = Codec.Encode(Examples.OrderResult with { Reason = "a\nb" + new string('x', 500) });
        var read = Codec.Decode<OrderResult>(sent).Message!;
        Assert.Equal("a b" + new string('x', 197), read.Reason);
        Assert.Contains("more than 200 characters", Refusal<OrderResult>(Changed(Examples.OrderResult, "MASTER at 254", new string('x', 201))), StringComparison.Ordinal);
        Assert.Contains("control characters", Refusal<OrderResult>(Changed(Examples.OrderResult, "MASTER at 254", "a\\nb")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_never_splits_a_surrogate_pair() => Assert.Equal("xx", WireLimits.Clip("xx\U0001F600", 3));

    [Fact]
    public void A_health_event_that_is_too_big_loses_its_oldest_transitions_first()
    {
        var transitions = Enumerable.Range(1, 16).Select(i => new RoleTransition("5c1f9a52-0a0e-4d3c-9a27-8f1f6f2f7f10", i, VrrpRole.Master, (17 - i) * 1000)).ToList();
        var groups = Enumerable.Range(0, 20).Select(i => Examples.Group with { Group = GroupName.Parse($"g{i}"), Transitions = transitions }).ToList();
        var bytes = Codec.Encode(Examples.HealthEvent with { Groups = groups });
        Assert.True(bytes.Length <= WireLimits.MaxBytes);
        var kept = Codec.Decode<HealthEvent>(bytes).Message!.Groups[19].Transitions;
        Assert.NotEmpty(kept);
        Assert.Equal(Enumerable.Range(17 - kept.Count, kept.Count).Select(i => (long)i), kept.Select(t => t.Counter));
    }

    [Fact]
    public void A_health_event_gets_through_when_many_checks_fail_with_long_reasons()
    {
        var probes = Enumerable.Range(0, 50).Select(i => Examples.Probe with { Name = $"backend-{i:00}", State = ProbeState.Down, Reason = new string('x', 200) }).ToList();
        var bytes = Codec.Encode(Examples.HealthEvent with { Probes = probes });
        Assert.True(bytes.Length <= WireLimits.MaxBytes);
        Assert.All(Codec.Decode<HealthEvent>(bytes).Message!.Probes, p => Assert.Equal(ProbeState.Down, p.State));
    }

    [Fact]
    public void What_every_receiver_would_refuse_is_not_sent()
    {
        Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.HealthEvent with { LoopDelayMs = -1 }));
        Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.HealthEvent with { Cluster = ClusterName.Parse("other") }));
        Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.HealthEvent with { Node = default }));
        Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.HealthEvent with { V = 2 }));
        Assert.Throws<ArgumentException>(() => Codec.Encode(Examples.Order with { Groups = [Examples.Order.Groups[0] with { Role = (OrderedRole)77 }] }));
    }

    [Fact]
    public void The_envelope_and_the_message_must_name_the_same_node()
    {
        Envelope Wrap(string exchange, string key, string? user) => new(exchange, key, Codec.Encode(Examples.HealthEvent), null, default, user);
        Assert.True(Codec.Decode<HealthEvent>(Wrap("vip.health", "health.lb1", "lb1")).Ok);
        Assert.Contains("speaks for health.lb1", Codec.Decode<HealthEvent>(Wrap("vip.health", "health.lb2", "lb2")).Refusal, StringComparison.Ordinal);
        Assert.Contains("speaks for", Codec.Decode<HealthEvent>(Wrap("vip.state", "health.lb1", "lb1")).Refusal, StringComparison.Ordinal);
        Assert.Contains("sent by user 'lb2'", Codec.Decode<HealthEvent>(Wrap("vip.health", "health.lb1", "lb2")).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_two_messages_of_the_state_exchange_are_told_apart_by_their_fields()
    {
        Decoded<IMessage> State(byte[] body) => Codec.DecodeState(new Envelope("vip.state", "state.lb1", body, null, default, "lb1"));
        Assert.IsType<RoleObserved>(State(Codec.Encode(Examples.RoleObserved)).Message);
        Assert.IsType<OrderResult>(State(Codec.Encode(Examples.OrderResult)).Message);
        Assert.NotNull(State([1, 2, 3]).Refusal);
        Assert.NotNull(State(Codec.Encode(Examples.LeaderAnnounced)).Refusal);
    }
}
