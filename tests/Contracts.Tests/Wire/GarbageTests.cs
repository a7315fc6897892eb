using System.Text;
using Contracts.Messages;
using Contracts.Tests.Messages;
using Contracts.Wire;

namespace Contracts.Tests.Wire;

public sealed class GarbageTests
{
    private static readonly MessageCodec Codec = new(Examples.Cluster);

    [Theory]
    [InlineData("HealthEvent")]
    [InlineData("RoleObserved")]
    [InlineData("OrderResult")]
    [InlineData("Order")]
    [InlineData("LeaderAnnounced")]
    public void Every_field_broken_in_every_way_refuses_the_message(string name)
    {
        var sample = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", $"{name}.json"), Encoding.UTF8).TrimEnd('\n');
        var (tried, taken) = (0, new List<string>());
        foreach (var (what, body) in Garbage.Of(sample))
        {
            var refusal = name switch
            {
                "HealthEvent" => Codec.Decode<HealthEvent>(body).Refusal,
                "RoleObserved" => Codec.Decode<RoleObserved>(body).Refusal,
                "OrderResult" => Codec.Decode<OrderResult>(body).Refusal,
                "Order" => Codec.Decode<Order>(body).Refusal,
                _ => Codec.Decode<LeaderAnnounced>(body).Refusal,
            };
            tried++;
            if (refusal is null) taken.Add(what);
            else Assert.False(refusal.Any(char.IsControl), what);
        }
        Assert.Equal("", string.Join("; ", taken));
        TestContext.Current.TestOutputHelper?.WriteLine($"{tried} broken bodies");
        Assert.True(tried > 90, $"only {tried}");
    }
}
