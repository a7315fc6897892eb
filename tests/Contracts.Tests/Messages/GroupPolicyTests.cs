using Contracts.Messages;

namespace Contracts.Tests.Messages;

public sealed class GroupPolicyTests
{
    [Fact]
    public void Policies_are_equal_by_what_they_say()
    {
        var policy = Examples.Order.Groups[0].Policy;
        var same = policy with { Vips = [.. policy.Vips] };
        Assert.Equal(policy, same);
        Assert.Equal(policy.GetHashCode(), same.GetHashCode());
        foreach (var other in (GroupPolicy[])[policy with { Vips = ["172.20.0.249/16"] }, policy with { Brakes = false }, policy with { OnIsolation = Contracts.Vocabulary.Isolation.Hold }])
            Assert.NotEqual(policy, other);
    }
}
