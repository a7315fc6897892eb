namespace NodeAgent;

/// <summary>
/// Notices a room that ended by itself. A probe that is dead leaves its last word standing for ever, a dead reader makes the agent deaf:
/// such an agent must not go on as if it saw. It ends instead, moves nothing by that, and systemd starts it anew.
/// </summary>
internal static class RoomWatch
{
    /// <returns>The first room that ended before <paramref name="stopping"/>, and why; null when all ran until then.</returns>
    public static async Task<(string Room, Exception? Error)?> FirstToEnd(IReadOnlyList<(string Name, Task Running)> rooms, CancellationToken stopping)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var asked = stopping.Register(() => stopped.TrySetResult()).ConfigureAwait(false);
        var first = await Task.WhenAny([stopped.Task, .. rooms.Select(r => r.Running)]).ConfigureAwait(false);
        // a room that ends because it was asked to may be faster than the word that it was
        if (first == stopped.Task || stopping.IsCancellationRequested) return null;
        return (rooms.First(r => r.Running == first).Name, first.Exception?.InnerException);
    }
}
