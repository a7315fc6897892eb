using System.Text;
using Contracts.Messages;
using Contracts.Tests.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using CsCheck;

namespace Contracts.Tests.Wire;

public sealed class CodecPropertyTests
{
    private static readonly MessageCodec Codec = new(Examples.Cluster);

    private static readonly Gen<string> Name =
        Gen.Select(Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"], Gen.String[Gen.Char["abcxyz0189-"], 0, 62], (first, rest) => first + rest);

    private static readonly Gen<string> Id = Gen.String[Gen.Char['!', '~'], 1, 64];
    private static readonly Gen<string> Reason = Gen.String[Gen.Char[' ', '\ud7ff'], 0, 40].Select(s => new string([.. s.Where(c => !char.IsControl(c))]));
    private static readonly Gen<long> Age = Gen.Long[0, WireLimits.MaxAgeMs];
    private static readonly Gen<long> Number = Gen.Long[0, long.MaxValue];

    private static readonly Gen<GroupOrder> GroupOrder =
        from name in Name
        from epoch in Number
        from role in Gen.Enum<OrderedRole>()
        from standby in Name
        from none in Gen.Bool
        from other in Gen.Bool
        from loss in Gen.Enum<ControlPlaneLoss>()
        from isolation in Gen.Enum<Isolation>()
        from vips in Id.List[0, 3]
        select new GroupOrder
        {
            Group = GroupName.Parse(name),
            Epoch = epoch,
            Role = role,
            Standby = none ? null : NodeId.Parse(standby),
            OtherMaster = other,
            Policy = new GroupPolicy { OnControlPlaneLoss = loss, OnIsolation = isolation, Brakes = none, Vips = vips },
        };

    private static readonly Gen<Order> Order =
        from node in Name
        from process in Id
        from seq in Number
        from nonce in Id
        from valid in Gen.Long[1000, 60_000]
        from report in Gen.Bool
        from groups in GroupOrder.List[0, 8]
        select Examples.Order with
        {
            Node = NodeId.Parse(node), Process = process, Seq = seq, Nonce = nonce, ValidMs = valid, Report = report,
            Groups = [.. groups.DistinctBy(g => g.Group)],
        };

    private static readonly Gen<HealthEvent> Health =
        from node in Name
        from seq in Number
        from state in Gen.Enum<ProbeState>()
        from reason in Reason
        from since in Age
        from latency in Gen.Double[0, 1e9]
        from probes in Name.List[0, 5]
        from groups in Name.List[0, 5]
        from role in Gen.Enum<VrrpRole>()
        from ordered in Gen.Enum<OrderedRole>()
        from none in Gen.Bool
        from ages in Age.List[0, 16]
        select Examples.HealthEvent with
        {
            Node = NodeId.Parse(node),
            Seq = seq,
            Probes = [.. probes.Distinct().Select(p => Examples.Probe with { Name = p, State = state, Reason = reason, SinceMs = since, LatencyMs = latency })],
            Groups = [.. groups.Distinct().Select(g => Examples.Group with
            {
                Group = GroupName.Parse(g), Role = role, Ordered = none ? null : ordered, Fault = none ? reason : null,
                Transitions = [.. ages.Select((age, i) => new RoleTransition("b", i, role, age))],
            })],
        };

    [Fact]
    public void Any_order_comes_back_as_it_was() => Order.Sample(order =>
    {
        var decoded = Codec.Decode<Order>(Codec.Encode(order));
        Assert.Null(decoded.Refusal);
        Assert.Equal(order.Groups, decoded.Message!.Groups);
        Assert.Equal(order with { Groups = [] }, decoded.Message with { Groups = [] }, (a, b) => a!.ToString() == b!.ToString());
    }, iter: 2000);

    [Fact]
    public void Any_health_event_comes_back_as_it_was() => Health.Sample(health =>
    {
        var bytes = Codec.Encode(health);
        var decoded = Codec.Decode<HealthEvent>(bytes);
        Assert.Null(decoded.Refusal);
        Assert.Equal(health.Probes, decoded.Message!.Probes);
        for (var i = 0; i < health.Groups.Count; i++)
        {
            Assert.Equal(health.Groups[i].Transitions, decoded.Message.Groups[i].Transitions);
            Assert.Equal(health.Groups[i] with { Transitions = [] }, decoded.Message.Groups[i] with { Transitions = [] },
                (a, b) => a!.ToString() == b!.ToString());
        }
    }, iter: 1000);

    [Fact]
    public void Any_bytes_are_taken_or_refused_and_never_throw() => Gen.Byte.Array[0, 300].Sample(bytes => Either(bytes), iter: 20_000);

    [Fact]
    public void Any_text_of_json_is_taken_or_refused_and_never_throws() =>
        Gen.String[Gen.Char["{}[]\",:\\u0d8ntrue1-.eE vclusternode\ud800"], 0, 120].Sample(text => Either(Encoding.UTF8.GetBytes(text)), iter: 20_000);

    /// <summary>Valid messages with bytes changed, cut out or put in: the ones that come nearest to being believed.</summary>
    [Fact]
    public void A_mutated_message_is_taken_or_refused_and_never_throws() =>
        Gen.Select(Gen.OneOf(Health.Select(Codec.Encode), Order.Select(Codec.Encode)), Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Int[0, 2], Gen.Int[1, 20])
            .Sample((bytes, where, value, how, length) =>
            {
                var at = where % bytes.Length;
                Either(how switch
                {
                    0 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
                    1 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + length)..]],
                    _ => [.. bytes[..at], .. bytes[Math.Max(0, at - length)..]],
                });
            }, iter: 20_000);

    private static void Either(byte[] bytes)
    {
        Both(Codec.Decode<HealthEvent>(bytes));
        Both(Codec.Decode<Order>(bytes));
        Both(Codec.DecodeState(new Contracts.Bus.Envelope("vip.state", "state.lb1", bytes, null, default)));

        static void Both<T>(Decoded<T> decoded) where T : class
        {
            Assert.True(decoded.Message is null != decoded.Refusal is null);
            Assert.True(decoded.Refusal is null or { Length: <= 300 });
        }
    }
}
