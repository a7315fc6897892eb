namespace Contracts.Vocabulary;

/// <summary>What an agent does when no valid order has reached it for the order validity (12 s).</summary>
public enum ControlPlaneLoss
{
    /// <summary>Keep the role last ordered; an own hard failure lowers to sick, never fences. Fails by leaving the choice to VRRP.</summary>
    Local,
    /// <summary>As local, but bad health only reports. Fails by keeping a dead node.</summary>
    Hold,
    /// <summary>Back to base priorities on every node: a plain VRRP pair. Fails by moving the VIP to the highest base.</summary>
    Release,
}

/// <summary>What an agent does when its broker and every isolation address are silent.</summary>
public enum Isolation { Fence, Hold }
