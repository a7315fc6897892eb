using System.Text.Json;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>A remembered text is the text that would be written, whatever was written in between.</summary>
public sealed class RegisterPartsTests
{
    /// <summary>The library's own writer, which remembers nothing.</summary>
    private static readonly JsonSerializerOptions s_plain = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static RegisterValue Move(RegisterValue value, string group, string holder, string reason) => Assigning.Apply(value,
        [new TimedProposal(new Proposal(GroupName.Parse(group), value.Groups.TryGetValue(group, out var g) ? g.Epoch : 0, NodeId.Parse(holder), reason), DateTimeOffset.UnixEpoch)]).Value;

    private static void Same(RegisterValue value) => Assert.Equal(JsonSerializer.Serialize(value, s_plain), value.ToJson());

    [Fact]
    public void Two_registers_whose_parts_share_their_numbers_are_written_in_turn_as_they_are()
    {
        var random = new Random(7);
        RegisterValue[] values = [RegisterValueTests.Empty with { Outbox = Outbox.Empty }, RegisterValueTests.Empty with { Outbox = Outbox.Empty, Cluster = "other" }];
        for (var i = 0; i < 600; i++)
        {
            var which = random.Next(2);
            values[which] = Move(values[which], $"g{random.Next(4)}", $"lb{random.Next(3)}", $"soft: \"{i}\" \u00fc \u2028");
            Same(values[random.Next(2)]);
            if (i % 50 == 0) Assert.True(RegisterValue.TryParse(values[which].ToJson(), out values[which]!, out var why), why);
        }
    }

    [Fact]
    public void Groups_of_one_register_that_share_a_place_are_written_as_they_are()
    {
        var value = RegisterValueTests.Empty with { Outbox = Outbox.Empty };
        // of 300 epochs dozens share a place
        for (var i = 0; i < 300; i++) value = Move(value, $"g{i:000}", "lb1", "initial");
        for (var i = 0; i < 5; i++)
        {
            Same(value);
            value = Move(value, $"g{17 * i:000}", "lb2", "failover") with { Seq = i };
        }
    }
}
