using Arbiter.Quorum;
using World.Time;

namespace Simulation.Quorum;

/// <summary>
/// Between each replica and each server, each way for itself: cut or not, lossy, slow, doubling. Whoever asks gets an answer within the
/// operation deadline or is told that there was none, as from the Redis client; what was sent may still arrive long after.
/// </summary>
internal sealed class Network(Timeline time, Dice dice, Mix mix, Truth truth, Trace trace)
{
    private static readonly Reply s_timeout = Reply.NoAnswer("timeout");
    private static readonly Reply s_unreachable = Reply.NoAnswer("unreachable");

    private readonly int[,] _cutTo = new int[mix.Replicas, mix.Servers];
    private readonly int[,] _cutBack = new int[mix.Replicas, mix.Servers];

    private bool _healed;

    public double Loss { get; set; } = mix.Loss;
    public double Duplicate { get; set; } = mix.Duplicate;
    public double Slow { get; set; } = mix.Slow;
    public long Messages { get; private set; }

    /// <summary>An answer, or that there was none, for a process.</summary>
    public required Action<Process, string, Request, Reply> Deliver { get; init; }

    /// <summary>A question on its way there, and its answer on its way back. One object for both: there are ten thousands in a run.</summary>
    private sealed class Flight(Network network, Process from, Server server, Request request) : Alarm
    {
        public Process From => from;
        public Server Server => server;
        public Request Request => request;
        /// <summary>Zero: nobody waits for this answer any more.</summary>
        public TimeSpan Deadline;
        /// <summary>Null on the way there.</summary>
        public Reply? Reply;
        /// <summary>It waits in a socket of this life of the server; null when it does not.</summary>
        public string? WaitsIn;

        protected override void Ring()
        {
            if (Reply is { } reply) network.Deliver(from, server.Name, request, reply);
            // what waits in a socket dies with the server
            else if (WaitsIn is null || server.Run == WaitsIn) network.Arrive(this);
        }
    }

    /// <summary>No link is cut any more.</summary>
    public void Heal()
    {
        Array.Clear(_cutTo);
        Array.Clear(_cutBack);
        _healed = true;
    }

    /// <summary>Cut for a while; overlapping cuts add up.</summary>
    public void Cut(int replica, int server, bool to, bool back, TimeSpan until)
    {
        var (t, b) = (to ? 1 : 0, back ? 1 : 0);
        _cutTo[replica, server] += t;
        _cutBack[replica, server] += b;
        time.At(until, () =>
        {
            if (_healed) return;
            _cutTo[replica, server] -= t;
            _cutBack[replica, server] -= b;
        });
    }

    public void Ask(Process from, Server server, Request request)
    {
        Messages++;
        var deadline = time.Now + mix.Settings.RpcTimeout;
        var flight = new Flight(this, from, server, request) { Deadline = deadline };
        if (_cutTo[from.Replica, server.Index] > 0 || dice.Chance(Loss))
        {
            Answer(flight, s_timeout, deadline);
            return;
        }
        if (dice.Chance(Duplicate)) time.After(Delay(), new Flight(this, from, server, request));
        var arrives = time.Now + Delay();
        if (arrives >= deadline) GiveUp(flight);
        time.At(arrives, flight);
    }

    private void Arrive(Flight flight)
    {
        var server = flight.Server;
        var awaited = flight.Deadline > TimeSpan.Zero;
        if (!server.Up)
        {
            if (awaited) Answer(flight, s_unreachable, time.Now + TimeSpan.FromMilliseconds(0.2));
            return;
        }
        if (server.StalledUntil > time.Now)
        {
            if (awaited && server.StalledUntil >= flight.Deadline) GiveUp(flight);
            flight.WaitsIn = server.Run;
            time.At(server.StalledUntil, flight);
            return;
        }
        var (from, request) = (flight.From, flight.Request);
        var reply = server.Ask(request);
        trace.Mark(time.Now, server.Index, 16 + Kind(request), (int)reply.Answer);
        if (trace.Story && request is not Request.Read) trace.Tell(time.Now, $"{from.Name} > {server.Name}  {Story.Of(request)} -> {Story.Of(reply)}{(awaited ? "" : " (nobody waits for it)")}");
        truth.Answered(server, request, reply);
        if (!awaited) return;
        var back = time.Now + Delay();
        if (_cutBack[from.Replica, server.Index] > 0 || dice.Chance(Loss) || back >= flight.Deadline)
        {
            Answer(flight, s_timeout, flight.Deadline);
            return;
        }
        Answer(flight, reply, back);
        if (dice.Chance(Duplicate)) Answer(new Flight(this, from, server, request), reply, back + Delay());
    }

    private void Answer(Flight flight, Reply reply, TimeSpan at)
    {
        flight.Reply = reply;
        time.At(at, flight);
    }

    /// <summary>It travels on; who asked is told at the deadline that there was no answer.</summary>
    private void GiveUp(Flight flight)
    {
        Answer(new Flight(this, flight.From, flight.Server, flight.Request), s_timeout, flight.Deadline);
        flight.Deadline = TimeSpan.Zero;
    }

    private TimeSpan Delay() => dice.Chance(Slow)
        ? dice.LogUniform(TimeSpan.FromMilliseconds(0.1), mix.SlowMost)
        : TimeSpan.FromTicks(1000 + (long)(dice.NextDouble() * 9000));

    private static int Kind(Request request) => request switch
    {
        Request.Read => 0, Request.Prepare => 1, Request.Accept => 2, Request.Probe => 3, Request.Seed => 4, _ => 5,
    };
}
