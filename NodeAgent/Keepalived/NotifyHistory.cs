using NodeAgent.Core;

namespace NodeAgent.Keepalived;

/// <summary>What an instance had said last before anybody listened. Old: the address on the interface is the better witness.</summary>
/// <param name="State">Master, Backup, Fault, Stop or Deleted; null when only priorities were told.</param>
internal readonly record struct LastSaid(NotifyState? State, int Priority)
{
    /// <summary>Priority lines tell no state: during a reload keepalived writes BACKUP_PRIORITY on a master.</summary>
    public LastSaid After(NotifyLine line) => new(line.State switch
    {
        NotifyState.MasterPriority or NotifyState.BackupPriority => State,
        NotifyState.MasterRxLowerPri => NotifyState.Master,
        _ => line.State,
    }, line.Priority);
}
