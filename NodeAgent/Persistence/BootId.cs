namespace NodeAgent.Persistence;

/// <summary>The kernel's name for this boot of the host.</summary>
internal static class BootId
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// Never throws. Where it cannot be read the answer names this process, so that a restart counts as a reboot: old steering is then not
    /// taken over, which is the cautious side.
    /// </summary>
    public static string Read()
    {
        try
        {
            return File.ReadAllText(Source).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"unreadable-{Environment.ProcessId}";
        }
    }
}
