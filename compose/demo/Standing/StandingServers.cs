using System.Collections.Immutable;
using Arbiter.Events.Plane;
using Arbiter.History;
using Arbiter.Quorum;

namespace Demo.Standing;

/// <summary>A server of the quorum, to a replica that can stand still: what was asked takes effect, the answer waits.</summary>
internal sealed class StandingAcceptor(IAcceptor acceptor, Standstill standstill) : IAcceptor
{
    public string Address => acceptor.Address;

    public Task<Reply> Ask(Request request, CancellationToken stopping) => standstill.Held(acceptor.Ask(request, stopping)).WaitAsync(stopping);
}

/// <summary>The same for a server's streams.</summary>
internal sealed class StandingStreams : IStreamServer
{
    private readonly IStreamServer _server;
    private readonly Standstill _standstill;

    public StandingStreams(IStreamServer server, Standstill standstill)
    {
        (_server, _standstill) = (server, standstill);
        server.Returned += () => standstill.Do(() => Returned?.Invoke());
    }

    public string Address => _server.Address;

    public event Action? Returned;

    public Task<bool> Append(string stream, StreamEntry entry, int most, CancellationToken stopping) => Held(_server.Append(stream, entry, most, stopping), stopping);

    public Task<ImmutableArray<StreamEntry>> Below(string stream, HistoryPlace? below, int most, CancellationToken stopping) =>
        Held(_server.Below(stream, below, most, stopping), stopping);

    public Task<ImmutableArray<StreamEntry>> Between(string stream, HistoryPlace from, HistoryPlace to, int most, CancellationToken stopping) =>
        Held(_server.Between(stream, from, to, most, stopping), stopping);

    public Task<long> TrimBefore(string stream, HistoryPlace first, CancellationToken stopping) => Held(_server.TrimBefore(stream, first, stopping), stopping);

    private Task<T> Held<T>(Task<T> asked, CancellationToken stopping) => _standstill.Held(asked).WaitAsync(stopping);
}

/// <summary>The event plane of a replica that can stand still: what it is told meanwhile waits.</summary>
internal sealed class StandingPlane(IPlaneTransport plane, Standstill standstill) : IPlaneTransport
{
    public string Place => plane.Place;

    public Task Reach(CancellationToken stopping) => plane.Reach(stopping);

    public Task<PlaneSession> Open(IPlaneListener listener, CancellationToken stopping) => plane.Open(new Ear(listener, standstill), stopping);

    public string Why(Exception e) => plane.Why(e);

    private sealed class Ear(IPlaneListener listener, Standstill standstill) : IPlaneListener
    {
        private NewsMessage? _newest;

        public async Task<PlaneAnswer?> Asked(VerbRequest request, CancellationToken stopping)
        {
            await standstill.Passed().WaitAsync(stopping);
            return await listener.Asked(request, stopping);
        }

        /// <summary>Each holds everything, so only the newest waits.</summary>
        public void Heard(NewsMessage news)
        {
            if (Interlocked.Exchange(ref _newest, news) is not null) return;
            standstill.Do(() =>
            {
                if (Interlocked.Exchange(ref _newest, null) is { } newest) listener.Heard(newest);
            });
        }
    }
}
