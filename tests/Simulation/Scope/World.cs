using System.Globalization;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>
/// The whole of a scope at one moment, put together of local states by number. A state is an array of numbers: processes, what each may still do,
/// servers, the ledger, what may still happen, and the messages on their way in rising order.
/// </summary>
internal sealed partial class World
{
    private const int Restarts = 0, Wipes = 4, Flushes = 8, Tails = 12, Doubles = 16, Stops = 20;
    private const int Timers = 8, Waits = 16, Unborn = 1 << 24;
    private const int MostLag = 132;

    private readonly Spec _spec;
    private readonly Renaming[] _renamings;
    private readonly Canonical _canonical;
    private readonly int _p, _n, _ledgerAt, _budgetAt, _secondsAt, _lostAt, _head;
    private readonly long _tick;

    private int[] _state;
    private int[] _hears = [];
    private readonly List<int> _messages = [];

    public World(Spec spec)
    {
        _spec = spec;
        _renamings = Renaming.Of(spec.Servers, spec.Symmetric);
        _canonical = new Canonical(new Lens(spec.Settings, spec.Timed, spec.Disaster));
        Messages = new Messages(_canonical, _renamings);
        Servers = new Servers(spec, _canonical, _renamings, Messages);
        Processes = new Processes(spec, _canonical, _renamings, Messages);
        Ledgers = new Ledgers(_canonical, _renamings, Messages);
        (_p, _n) = (spec.Processes, spec.Servers);
        _ledgerAt = 2 * _p + _n;
        (_budgetAt, _secondsAt, _lostAt, _head) = (_ledgerAt + 1, _ledgerAt + 2, _ledgerAt + 3, _ledgerAt + 4);
        _state = new int[_head];
        _tick = spec.ClockError ? TimeSpan.TicksPerSecond / 10 : TimeSpan.TicksPerSecond;
    }

    public Messages Messages { get; }
    public Servers Servers { get; }
    public Processes Processes { get; }
    public Ledgers Ledgers { get; }

    /// <summary>What the newest step broke.</summary>
    public string? Broken { get; private set; }

    /// <summary>When not null, what happens is told here.</summary>
    public List<string>? Notes { get; set; }

    public int LedgerNow => _state[_ledgerAt];

    public IReadOnlyList<int> OnTheirWay => _messages;

    public Processes.Entry Process(int p) => Processes[_state[p]];

    public Servers.Entry Server(int s) => Servers[_state[2 * _p + s]];

    public void Load(int[] state)
    {
        Array.Copy(state, _state, _head);
        _messages.Clear();
        for (var i = _head; i < state.Length; i++) _messages.Add(state[i]);
        Broken = null;
    }

    public int[] Freeze()
    {
        var state = new int[_head + _messages.Count];
        Array.Copy(_state, state, _head);
        _messages.CopyTo(state, _head);
        return state;
    }

    /// <summary>The least hash over all names that the servers could have.</summary>
    public Hash128 Key()
    {
        var least = KeyAs(0);
        for (var r = 1; r < _renamings.Length; r++)
            if (KeyAs(r) is var key && key.IsLess(least)) least = key;
        return least;
    }

    private Hash128 KeyAs(int renaming)
    {
        var hash = Ledgers.Hash(_state[_ledgerAt], renaming).Then(((ulong)(uint)_state[_budgetAt] << 32) | (uint)_state[_secondsAt]);
        for (var p = 0; p < _p; p++) hash = (IsOver(p) ? hash.Then((ulong)p) : hash.Then(Processes[_state[p]].Hashes[renaming])).Then((ulong)_state[_p + p]);
        Span<int> at = stackalloc int[_n];
        var (lost, slots) = (0, _renamings[renaming].Slots);
        for (var s = 0; s < _n; s++)
        {
            at[slots[s]] = _state[2 * _p + s];
            lost |= (_state[_lostAt] >> s & 1) << slots[s];
        }
        if (lost != 0) hash = hash.Then((ulong)lost);
        foreach (var server in at) hash = hash.Then(Servers[server].Hashes[renaming]);
        var sum = default(Hash128);
        foreach (var message in _messages) sum += Messages[message].Hashes[renaming];
        return hash.Then(sum);
    }

    /// <summary>Whatever it hears, it does nothing any more: what it remembers is no part of a state. Where leases are judged, or everything must come to rest, it is.</summary>
    private bool IsOver(int p) => !_spec.Timed && !_spec.MustHeal && Process(p) is var process
        && (process.Role == "Stopped" || (process.Rests && Budget(Stops) == 0 && Left(_p + p, Timers) == 0 && Left(_p + p, Waits) == 0));

    /// <summary>
    /// Everything that can happen next, in an order that is always the same. A server's loss of memory touches nobody else, so it is tried just before
    /// something reaches that server, and not at each moment before that: until then nothing else happens.
    /// </summary>
    public void Moves(List<Move> moves)
    {
        moves.Clear();
        var lost = _state[_lostAt];
        for (var p = 0; p < _p; p++)
        {
            var process = Process(p);
            if (!Lives(p)) continue;
            if (lost == 0 && _spec.HasHeir(p)) moves.Add(new Move(Does.Kill, (byte)p, 0, 0));
            if (Left(_p + p, Timers) > 0 && (!_spec.Timed || Lag(p) >= process.Wake)) Listen(moves, Does.Timer, p, process);
            if (Left(_p + p, Waits) > 0 && process.Role == "Following") Listen(moves, Does.Wait, p, process);
            if (lost == 0 && Budget(Stops) > 0 && process.Role != "Releasing") moves.Add(new Move(Does.Stop, (byte)p, 0, 0));
        }
        foreach (var message in _messages)
        {
            if (lost != 0 && (lost != 1 << Messages[message].Server || Messages[message].Answer is not null)) continue;
            if (Messages[message].Answer is not null)
            {
                moves.Add(new Move(Does.Return, 0, 0, message));
                continue;
            }
            if (Lives(Messages[message].From)) moves.Add(new Move(Does.Arrive, 0, Move.Heard, message));
            moves.Add(new Move(Does.Arrive, 0, 0, message));
            if (Budget(Doubles) == 0) continue;
            if (Lives(Messages[message].From)) moves.Add(new Move(Does.Arrive, 0, Move.Heard | Move.Again, message));
            moves.Add(new Move(Does.Arrive, 0, Move.Again, message));
        }
        for (var s = 0; s < _n; s++)
        {
            if (Budget(Restarts) > 0) moves.Add(new Move(Does.Lose, (byte)s, (byte)Loss.Restart, 0));
            if (Budget(Wipes) > 0) moves.Add(new Move(Does.Lose, (byte)s, (byte)Loss.Wipe, 0));
            if (Budget(Flushes) > 0) moves.Add(new Move(Does.Lose, (byte)s, (byte)Loss.Flush, 0));
            if (Budget(Tails) > 0) moves.Add(new Move(Does.Lose, (byte)s, (byte)Loss.Tail, 0));
        }
        if (lost == 0 && _state[_secondsAt] > 0) Pass(moves);
    }

    /// <summary>On all clocks alike, or on each faster or slower.</summary>
    private void Pass(List<Move> moves)
    {
        var may = 0;
        for (var p = 0; p < _p && _spec.ClockError; p++)
            if (Lives(p)) may |= 1 << p;
        for (var fast = 0; fast <= may; fast++)
            if ((fast & ~may) == 0) moves.Add(new Move(Does.Second, 0, (byte)fast, 0));
    }

    /// <summary>Has begun and has not ended.</summary>
    private bool Lives(int p) => (_state[_p + p] & Unborn) == 0 && Process(p).Role != "Stopped";

    /// <summary>Only a round of reads asks who hears; whoever has none in sight is listed once.</summary>
    private void Listen(List<Move> moves, Does does, int p, Processes.Entry process)
    {
        var (all, lost) = ((1 << _n) - 1, _state[_lostAt]);
        if (lost == 0 && _hears.Length == 0)
        {
            moves.Add(new Move(does, (byte)p, (byte)all, 0));
            return;
        }
        var reads = Processes.Run(Tick(p, process, does)).Reads is not null;
        if (reads || lost == 0) moves.Add(new Move(does, (byte)p, (byte)all, 0));
        if (!reads) return;
        foreach (var bits in _hears)
            if (bits != all && (bits & lost) == lost) moves.Add(new Move(does, (byte)p, (byte)bits, 0));
    }

    private int Left(int at, int shift) => (_state[at] >> shift) & 255;

    private int Budget(int shift) => (_state[_budgetAt] >> shift) & 15;

    private void Spend(int shift) => _state[_budgetAt] -= 1 << shift;

    /// <summary>Time since a process's newest input, in ticks.</summary>
    private long Lag(int p) => (_state[_p + p] & 255) * _tick;

    private long Floor => 100 + (Ledgers[_state[_ledgerAt]].Generation >= 100 ? Ledgers[_state[_ledgerAt]].Generation - 99 : 0);

    private Input Tick(int p, Processes.Entry process, Does does) => new(_state[p], Asked.Timer,
        _spec.Timed ? Lag(p) : does == Does.Wait ? Math.Max(process.Wake, Spec.Waited(_spec.Settings).Ticks) : process.Wake, Floor);

    private static string NameOf(int process) => ((char)('a' + process)).ToString();

    private void Note(FormattableString text) => Notes?.Add(text.ToString(CultureInfo.InvariantCulture));
}
