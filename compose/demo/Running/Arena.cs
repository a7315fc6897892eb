using System.Security.Cryptography;
using Demo.Clock;
using Demo.Page;
using Demo.Panel;
using Demo.Replicas;
using Demo.Scenarios;
using World.Hosts;
using World.Time;

namespace Demo.Running;

/// <summary>All of the demo but its page: time, servers, replicas, the world, the fault panel and the story.</summary>
internal sealed class Arena : ISights, IWorldHand, IAsyncDisposable
{
    /// <summary>While the register is seeded nothing else runs, so only its wait over leases of the past is shortened.</summary>
    private const double SeedingSpeed = 50;
    /// <summary>Until everything is armed for the first time: the arbiter looks for 10 s before it records anything.</summary>
    private const double ArmingSpeed = 6;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    private readonly DemoSetup _setup = new();
    private readonly Servers _servers;
    private readonly TaskCompletionSource<LiveWorld> _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArbiterTeller _teller;
    private readonly CancellationTokenSource _end = new();
    private Task _running = Task.CompletedTask;
    /// <summary>In ticks of the world's time; negative: not yet.</summary>
    private long _armed = -1;
    /// <summary>In the story's time; set before the world's thread begins.</summary>
    private TimeSpan _worldBegan;

    public Arena(TimeProvider real, bool verbose)
    {
        Time = new DemoTime(real);
        Story = new Storyline(Time);
        _servers = new Servers(Time);
        Replicas = new ReplicaSet(_setup, _servers, Time, verbose);
        _teller = new ArbiterTeller(Replicas, Story, Time);
        Panel = new FaultPanel(this, _servers, Replicas, Story);
    }

    public DemoTime Time { get; }

    public Storyline Story { get; }

    public ReplicaSet Replicas { get; }

    public FaultPanel Panel { get; }

    /// <summary>Ends when the arena does, with what went wrong in it.</summary>
    public Task Running => _running;

    /// <summary>Starts everything and comes back when everything is armed.</summary>
    /// <exception cref="DemoError">It was not within the time; says what was missing last.</exception>
    public async Task Start(TimeSpan within, CancellationToken stopping)
    {
        Time.Speed = SeedingSpeed;
        await _servers.Seed(_setup.Arbiter(DemoSetup.Replicas[0]), stopping);
        Time.Speed = 1;
        Story.Begin();
        await Replicas.Start(stopping);
        _running = First(Begin().Running, _teller.Run(_end.Token));
        // not before somebody leads: what the first run of everything costs would look like a standstill in fast motion
        while (Replicas.Leader is null && Story.Now < within) await Task.Delay(s_look, Time, stopping);
        Time.Speed = ArmingSpeed;
        var (missing, _) = await Converged(within, stopping);
        Time.Speed = 1;
        if (missing is null) Interlocked.Exchange(ref _armed, (await this.Picture()).At.Ticks);
        else throw new DemoError($"not armed after {within.TotalSeconds:0} s of the demo's time: {missing}");
    }

    /// <summary>As one of them ends, and as it ends: without the world, or with nobody who tells of it, the rest is of no use.</summary>
    private static async Task First(params Task[] parts) => await await Task.WhenAny(parts);

    private LiveWorld Begin()
    {
        var world = new SimulatedWorld(_setup.World, new Timeline(), new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), _servers.AgentLink) { Happened = Tell };
        _worldBegan = Story.Now;
        var live = new LiveWorld(world, Time);
        _live.SetResult(live);
        return live;
    }

    /// <summary>From the world's thread.</summary>
    private void Tell(Happening what)
    {
        // what was pressed is told by who pressed it; in fast motion this machine is late by nature
        if (what.Tone == Tone.Fault || what.Who == "world" && Time.Speed > 1) return;
        // by the world's time: this machine may be late to act it, and a story that counts from the press must agree with the measured outage
        Story.Say(what.Who, what.Text, what.Tone, _worldBegan + what.At);
    }

    /// <summary>Waits until nothing is missing and stays so for a second.</summary>
    /// <returns>What was missing last, when it took too long (null: nothing is missing), and since when nothing was.</returns>
    public async Task<(string? Missing, TimeSpan Since)> Converged(TimeSpan within, CancellationToken stopping)
    {
        var begun = Time.Now;
        var since = begun;
        while (true)
        {
            if (_running.IsFaulted) await _running;
            var at = Time.Now;
            var missing = Convergence.Missing(await Look());
            if (missing is not null) since = Time.Now;
            else if (at - since >= s_calm) return (null, since);
            if (at - begun > within) return (missing ?? "it does not stay so", since);
            await Task.Delay(s_look, Time, stopping);
        }
    }

    public Task<Snapshot> Look() => Snapshot.Take(this, Panel, Replicas);

    public async Task<T> Do<T>(Func<IWorld, T> what) => await (await _live.Task).Ask(what);

    Task<WorldPicture> ISights.World(CancellationToken stopping) => this.Picture().WaitAsync(stopping);

    public TimeSpan? Armed => Interlocked.Read(ref _armed) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    public ReplicaDoor? Choose() => Replicas.Spokesman is { } replica ? new ReplicaDoor(replica.Name, replica.Address, replica.Standstill.Stopped) : null;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_live.Task.IsCompletedSuccessfully) await _live.Task.Result.DisposeAsync();
        _live.TrySetCanceled();
        await Replicas.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Replicas.DisposeAsync();
        await _servers.DisposeAsync();
        Panel.Dispose();
        _end.Dispose();
    }
}
