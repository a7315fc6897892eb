namespace Contracts.Vocabulary;

/// <summary>What keepalived says of its own VRRP instance (RFC 5798 states, plus keepalived's FAULT and STOP). Observed, never wished.</summary>
public enum VrrpRole { Unknown, Master, Backup, Fault, Stop }

/// <summary>What the leader orders a node to be in a group. The agent turns it into a priority or a fence (docs/steering.md).</summary>
public enum OrderedRole
{
    /// <summary>Effective priority 254, and only while the own keepalived is MASTER; pending until then.</summary>
    Holder,
    /// <summary>Effective priority 253: the one node that takes over within its skew time. Only while BACKUP and healthy.</summary>
    Standby,
    /// <summary>The base priority of keepalived.conf: the default, and the role of third and further nodes.</summary>
    Untold,
    /// <summary>Effective priority 252 on a MASTER: hand over to the standby make-before-break (planned moves).</summary>
    Yield,
    /// <summary>Fence file 1: keepalived goes to FAULT and sends priority 0. Runs out by itself (docs/steering.md).</summary>
    Fence,
    /// <summary>As fence while MASTER, as sick otherwise: the node is being taken out of service.</summary>
    Drain,
}

/// <summary>What stands in a node's steering files, as a role: what was ordered, or <see cref="Sick"/>, which a node gives itself.</summary>
public enum SteeredRole { Untold, Standby, Holder, Yield, Sick }

/// <summary>By which files a node is steered.</summary>
public enum SteeringKind
{
    /// <summary>A priority and a fence file that keepalived tracks (docs/steering.md).</summary>
    TrackFiles,
    /// <summary>The classic down file that a vrrp_script looks at: there means "not wanted". Slow, and never a fence.</summary>
    DownFile,
}
