using Contracts.Vocabulary;

namespace World.Vrrp;

/// <summary>An instance as keepalived's own data would show it (SIGUSR1, SIGJSON).</summary>
/// <param name="Role">Unknown: no VRRP process runs, or it has not read its configuration yet. Stop: it was ended by SIGTERM.</param>
/// <param name="Priority">Effective, 1 to 254.</param>
/// <param name="Fenced">A file of weight 0 says FAULT, as keepalived read it last.</param>
/// <param name="MasterPriority">Of the last advert of another that was accepted; 0: none was.</param>
/// <param name="MasterAddress">Who sent the last advert, accepted or discarded; 0: nobody did.</param>
public sealed record VrrpPicture(VrrpRole Role, int Priority, bool Fenced, int MasterPriority, long MasterAddress);
