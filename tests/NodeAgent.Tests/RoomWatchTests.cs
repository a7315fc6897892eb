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
    public async Task A_side_room_that_fails_is_begun_anew_and_ends_nothing()
    {
        using var stop = new CancellationTokenSource();
        var (begun, failed) = (0, new List<string>());
        var again = new TaskCompletionSource();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider { AutoAdvanceAmount = RoomWatch.Pause };
        var running = RoomWatch.Side(_ =>
        {
            if (++begun < 2) throw new InvalidOperationException("unforeseen");
            again.SetResult();
            return Task.Delay(Timeout.Infinite, stop.Token);
        }, e => failed.Add(e.Message), time, stop.Token);

        while (!again.Task.IsCompleted)
        {
            Assert.False(running.IsCompleted);
            time.Advance(RoomWatch.Pause);
            await Task.Yield();
        }
        await stop.CancelAsync();
        await running;

        Assert.Equal(["unforeseen"], failed);
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
