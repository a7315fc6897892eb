namespace NodeAgent;

/// <summary>
/// Notices a room that ended by itself. A probe that is dead leaves its last word standing for ever, a dead reader makes the agent deaf:
/// such an agent must not go on as if it saw. It ends instead, moves nothing by that, and systemd starts it anew.
/// </summary>
internal static class RoomWatch
{
    /// <summary>Between a failure of a side room and its next try.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>A room that health does not depend on (metrics, the service behind the VIP): it is begun anew, and the agent goes on meanwhile.</summary>
    public static async Task Side(Func<CancellationToken, Task> room, Action<Exception> failed, TimeProvider time, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await room(stopping).ConfigureAwait(false);
                return;
            }
#pragma warning disable CA1031 // whatever it was, it must not take the agent along
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                if (stopping.IsCancellationRequested) return;
                failed(error);
            }
            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

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
