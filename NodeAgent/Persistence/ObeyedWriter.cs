using System.Collections.Immutable;
using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace NodeAgent.Persistence;

/// <summary>Saves on a task of its own, so that a slow disk never holds the loop up. The core has one request in flight at most.</summary>
internal sealed class ObeyedWriter : IAsyncDisposable
{
    private readonly Channel<(long Request, ImmutableSortedDictionary<GroupName, ObeyedRecord> Obeyed)> _requests =
        Channel.CreateBounded<(long, ImmutableSortedDictionary<GroupName, ObeyedRecord>)>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _running;

    public ObeyedWriter(ObeyedStore store, ProcessClock clock, ChannelWriter<Input> inbox) => _running = Run(store, clock, inbox);

    /// <summary>Ends when disposed; before that only by a defect.</summary>
    public Task Running => _running;

    public void Save(long request, ImmutableSortedDictionary<GroupName, ObeyedRecord> obeyed) => _requests.Writer.TryWrite((request, obeyed));

    private async Task Run(ObeyedStore store, ProcessClock clock, ChannelWriter<Input> inbox)
    {
        await foreach (var (request, obeyed) in _requests.Reader.ReadAllAsync().ConfigureAwait(false))
            await inbox.WriteAsync(new Input.Persisted(clock.Now, request, store.Save(obeyed))).ConfigureAwait(false);  // said only once: an answer lost holds back every later request
    }

    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await Task.WhenAny(_running, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
    }
}
