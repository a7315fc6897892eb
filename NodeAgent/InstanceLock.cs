namespace NodeAgent;

/// <summary>
/// At most one agent per state directory: two would write the same steering files against each other. An advisory lock that ends with the
/// process, however it ends.
/// </summary>
internal static class InstanceLock
{
    public static FileStream? Take(string directory, out string refusal)
    {
        refusal = "";
        var path = Path.Combine(directory, "agent.lock");
        try
        {
            Directory.CreateDirectory(directory);
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.None);
            // should it fail, the next agent says that it may not open the file, and what to do
            _ = Linux.Libc.OwnAsDirectory(path);
            return held;
        }
        catch (UnauthorizedAccessException error)
        {
            refusal = $"{path} cannot be opened: {error.Message}; the directory must belong to the agent's user";
        }
        catch (DirectoryNotFoundException)
        {
            refusal = $"{directory} does not exist and cannot be made; create it for the agent's user";
        }
        catch (IOException error)
        {
            refusal = error.HResult == EAgain || error.Message.Contains("being used", StringComparison.Ordinal)
                ? $"another agent runs with the state directory {directory}; stop it first"
                : $"{path} cannot be locked: {error.Message}";
        }
        return null;
    }

    private const int EAgain = 11;
}
