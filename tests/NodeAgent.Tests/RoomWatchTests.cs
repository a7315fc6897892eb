namespace NodeAgent.Tests;

public sealed class RoomWatchTests
{
    [Fact]
    public async Task A_room_that_fails_is_named_with_its_error()
    {
        var (probe, link) = (new TaskCompletionSource(), new TaskCompletionSource());
        var watching = RoomWatch.FirstToEnd([("link", link.Task), ("probe haproxy", probe.Task)], TestContext.Current.CancellationToken);
        Assert.False(watching.IsCompleted);

        probe.SetException(new InvalidOperationException("unforeseen"));

        var ended = await watching;
        Assert.Equal(("probe haproxy", "unforeseen"), (ended!.Value.Room, ended.Value.Error!.Message));
    }

    [Fact]
    public async Task A_room_that_just_returns_is_named_too()
    {
        var ended = await RoomWatch.FirstToEnd([("orders", Task.CompletedTask)], TestContext.Current.CancellationToken);
        Assert.Equal(("orders", null), (ended!.Value.Room, ended.Value.Error));
    }

    [Fact]
    public async Task Rooms_that_end_because_they_were_asked_to_are_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var room = new TaskCompletionSource();
        await using var ends = stop.Token.Register(() => room.SetResult());
        var watching = RoomWatch.FirstToEnd([("link", room.Task)], stop.Token);

        await stop.CancelAsync();

        Assert.Null(await watching);
    }
}
