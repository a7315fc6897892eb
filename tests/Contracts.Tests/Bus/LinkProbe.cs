using System.Diagnostics;
using System.Text;
using Contracts.Bus;

namespace Contracts.Tests.Bus;

/// <summary>Runs a link and waits for its events; every wait has a deadline, and says what came instead.</summary>
internal sealed class LinkProbe : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly List<LinkEvent> _seen = [];

    public LinkProbe(ISteeringLink link)
    {
        Link = link;
        _running = link.Run(_stop.Token);
    }

    public ISteeringLink Link { get; }

    public IReadOnlyList<LinkEvent> Seen => _seen;

    /// <summary>The next event that fits; those before it are kept in <see cref="Seen"/>.</summary>
    public async Task<T> Next<T>(Func<T, bool>? fits = null, double seconds = 20) where T : LinkEvent
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            while (true)
            {
                var happened = await Link.Events.ReadAsync(limit.Token);
                _seen.Add(happened);
                if (happened is T wanted && (fits is null || fits(wanted))) return wanted;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no {typeof(T).Name} within {seconds} s; seen: {string.Join("; ", _seen.TakeLast(10))}");
        }
    }

    /// <summary>As <see cref="Next"/>, and it may also have come before: where two events have no order between them.</summary>
    public async Task<T> Saw<T>(Func<T, bool> fits) where T : LinkEvent => _seen.OfType<T>().FirstOrDefault(fits) ?? await Next(fits);

    /// <summary>The link's health, once it is as asked; it tells nobody when it changes.</summary>
    public async Task<LinkHealth> Healthy(Func<LinkHealth, bool> asked)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var health = Link.Health;
            if (asked(health)) return health;
            if (clock.Elapsed > TimeSpan.FromSeconds(20)) throw new TimeoutException($"not healthy as asked within 20 s: {health}; seen: {string.Join("; ", _seen.TakeLast(10))}");
            await Task.Delay(10);
        }
    }

    public Task<LinkEvent.Connected> Connected(double seconds = 20) => Next<LinkEvent.Connected>(seconds: seconds);

    public void Send(string exchange, string key, string text) =>
        Link.Publish(new Envelope(exchange, key, Encoding.UTF8.GetBytes(text), "k1", new byte[] { 1, 2, 3 }));

    public static string Text(LinkEvent.Received received) => Encoding.UTF8.GetString(received.Envelope.Body.Span);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20));
        await Link.DisposeAsync();
        _stop.Dispose();
    }
}
