using Arbiter.Quorum;
using World.Time;

namespace Simulation.Quorum;

/// <summary>
/// Between each replica and each server, each way for itself: cut or not, lossy, slow, doubling. Whoever asks gets an answer within the
/// operation deadline or is told that there was none, as from the Redis client; what was sent may still arrive long after.
/// </summary>
internal sealed class Network(Timeline time, Dice dice, Mix mix, Truth truth, Trace trace)
{
    private readonly int[,] _cutTo = new int[mix.Replicas, mix.Servers];
    private readonly int[,] _cutBack = new int[mix.Replicas, mix.Servers];

    private bool _healed;

    public double Loss { get; set; } = mix.Loss;
    public double Duplicate { get; set; } = mix.Duplicate;
    public double Slow { get; set; } = mix.Slow;
    public long Messages { get; private set; }

    /// <summary>An answer, or that there was none, for a process.</summary>
    public required Action<Process, string, Request, Reply> Deliver { get; init; }

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
        if (_cutTo[from.Replica, server.Index] > 0 || dice.Chance(Loss))
        {
            NoAnswer(from, server, request, deadline, "timeout");
            return;
        }
        if (dice.Chance(Duplicate)) time.After(Delay(), () => Arrive(from, server, request, TimeSpan.Zero));
        var arrives = time.Now + Delay();
        if (arrives >= deadline)
        {
            NoAnswer(from, server, request, deadline, "timeout");
            deadline = TimeSpan.Zero;
        }
        time.At(arrives, () => Arrive(from, server, request, deadline));
    }

    /// <param name="deadline">Zero: nobody waits for this answer any more.</param>
    private void Arrive(Process from, Server server, Request request, TimeSpan deadline)
    {
        if (!server.Up)
        {
            if (deadline > TimeSpan.Zero) NoAnswer(from, server, request, time.Now + TimeSpan.FromMilliseconds(0.2), "unreachable");
            return;
        }
        if (server.StalledUntil > time.Now)
        {
            if (deadline > TimeSpan.Zero && server.StalledUntil >= deadline)
            {
                NoAnswer(from, server, request, deadline, "timeout");
                deadline = TimeSpan.Zero;
            }
            var run = server.Run;
            // what waits in a socket dies with the server
            time.At(server.StalledUntil, () => { if (server.Run == run) Arrive(from, server, request, deadline); });
            return;
        }
        var reply = server.Ask(request);
        trace.Mark(time.Now, server.Index, 16 + Kind(request), (int)reply.Answer);
        if (trace.Story && request is not Request.Read) trace.Tell(time.Now, $"{from.Name} > {server.Name}  {Story.Of(request)} -> {Story.Of(reply)}{(deadline == TimeSpan.Zero ? " (nobody waits for it)" : "")}");
        truth.Answered(server, request, reply);
        if (deadline == TimeSpan.Zero) return;
        var back = time.Now + Delay();
        if (_cutBack[from.Replica, server.Index] > 0 || dice.Chance(Loss) || back >= deadline)
        {
            NoAnswer(from, server, request, deadline, "timeout");
            return;
        }
        time.At(back, () => Deliver(from, server.Name, request, reply));
        if (dice.Chance(Duplicate)) time.At(back + Delay(), () => Deliver(from, server.Name, request, reply));
    }

    private void NoAnswer(Process from, Server server, Request request, TimeSpan at, string error) =>
        time.At(at, () => Deliver(from, server.Name, request, Reply.NoAnswer(error)));

    private TimeSpan Delay() => dice.Chance(Slow)
        ? dice.LogUniform(TimeSpan.FromMilliseconds(0.1), mix.SlowMost)
        : TimeSpan.FromTicks(1000 + (long)(dice.NextDouble() * 9000));

    private static int Kind(Request request) => request switch
    {
        Request.Read => 0, Request.Prepare => 1, Request.Accept => 2, Request.Probe => 3, Request.Seed => 4, _ => 5,
    };
}
