using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Scope;

internal enum Asked { Timer, Reply, Stop }

/// <summary>Of everything that is drawn, the least: a copy must not differ from its original by dice.</summary>
internal sealed class Least : Random
{
    public override double NextDouble() => 0;
}

/// <summary>One input to one local state of a process.</summary>
/// <param name="Passed">Time since its newest input, in ticks.</param>
/// <param name="Message">With what it was answered, see <see cref="Messages"/>; for a read, -1 - the server.</param>
internal readonly record struct Input(int State, Asked Asked, long Passed, long Floor, int Message = 0, int Reply = 0);

/// <summary>What an input leads to: the production code ran once for it.</summary>
/// <param name="Sends">Questions, by number.</param>
/// <param name="Tickets">Of those, the ones that belong to a round of reads.</param>
/// <param name="Reads">It reads all servers, and knows this ballot already.</param>
/// <param name="Late">Questions whose answers nobody waits for any more.</param>
internal sealed record Effect(int Id, int Next, int[] Sends, int[] Tickets, Ballot? Reads, int[] Late, RegisterEvent.Gained[] Gained, (Ballot Ballot, Ballot Follows)? Sending, string[] Says);

/// <summary>
/// Every local state of each process, by number, and what each input makes of it. The production lease runs once for each pair, on a copy of its own;
/// the search puts these local steps together.
/// </summary>
internal sealed class Processes(Spec spec, Canonical canonical, Renaming[] renamings, Messages messages)
{
    /// <param name="Wake">Until its next timer, in ticks; at least one.</param>
    /// <param name="Round">The ballot of the change that runs.</param>
    /// <param name="Speaks">For how long it may speak without another input, in ticks; long.MinValue when it does not lead.</param>
    /// <param name="Rests">Until its next timer it does nothing, whatever it hears.</param>
    public sealed record Entry(int Process, object Machine, TimeSpan Now, Hash128[] Hashes, long Wake, long Speaks, string Role, Ballot Round, bool Rests, (string Server, Request Request)[] Held);

    private readonly List<Entry> _all = [];
    private readonly Dictionary<Hash128, int> _numbers = [];
    private readonly Dictionary<Input, Effect> _outcomes = [];
    private readonly ImmutableArray<string> _servers = [.. Renaming.Letters.Take(spec.Servers).Select(c => c.ToString())];

    public Entry this[int number] => _all[number];

    public int Count => _all.Count;

    public int Effects => _outcomes.Count;

    public static string NameOf(int process) => ((char)('a' + process)).ToString();

    public int Started(int process)
    {
        var id = (ulong)process + 1;
        return Of(process, spec.Volunteers ? new Volunteer(spec.Settings, _servers, id, spec.Planted.Code, spec.Numbers.ElementAtOrDefault(process)) : Lease(process, id));
    }

    private LeaderLease Lease(int process, ulong id) => new(spec.Settings, _servers, NameOf(process), id, new Least(), spec.Planted.Code);

    /// <summary>Killed: nothing of it is left.</summary>
    public int Ended(int process)
    {
        var lease = Lease(process, 0);
        lease.Advance(new LeaseInput.Stop(TimeSpan.Zero));
        return Of(process, lease);
    }

    public Effect Run(Input input)
    {
        if (_outcomes.TryGetValue(input, out var known)) return known;
        var from = _all[input.State];
        var machine = Copies.Of(from.Machine);
        var asked = Make(from, input, from.Now + TimeSpan.FromTicks(input.Passed));
        var effects = machine is LeaderLease lease ? lease.Advance(asked) : ((Volunteer)machine).Advance(asked);
        var sending = machine is LeaderLease sender ? sender.Sending : ((Volunteer)machine).Sending;
        var held = Peek.HeldBy(machine);
        List<int> sends = [], tickets = [];
        List<RegisterEvent.Gained> gained = [];
        List<string> says = [];
        Ballot? reads = null;
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case LeaseEffect.Send { Envelope: (_, Request.Read read) }: reads = read.Known; break;
                case LeaseEffect.Send { Envelope: var (server, request) }:
                    var number = messages.Of(from.Process, _servers.IndexOf(server), request, held.Any(h => ReferenceEquals(h.Request, request)));
                    (input.Asked == Asked.Timer && request is Request.Probe { NewIncarnation: "" } ? tickets : sends).Add(number);
                    break;
                case LeaseEffect.Tell { Event: RegisterEvent.Gained g }: gained.Add(g); break;
                case LeaseEffect.Say say: says.Add(say.Text); break;
            }
        }
        int[] late = [.. from.Held.Where(h => !held.Any(now => ReferenceEquals(now.Request, h.Request)))
            .Select(h => messages.Of(from.Process, _servers.IndexOf(h.Server), h.Request, true))];
        return _outcomes[input] = new Effect(_outcomes.Count, Of(from.Process, machine), [.. sends], [.. tickets], reads, late, [.. gained], sending, [.. says]);
    }

    private LeaseInput Make(Entry from, Input input, TimeSpan at)
    {
        if (input.Asked == Asked.Timer) return new LeaseInput.Tick(at) { Floor = input.Floor };
        if (input.Asked == Asked.Stop) return new LeaseInput.Stop(at) { Floor = input.Floor };
        var reply = messages.Reply(input.Reply);
        if (input.Message < 0) return new LeaseInput.Replied(at, _servers[-1 - input.Message], new Request.Read(Ballot.None), reply) { Floor = input.Floor };
        var message = messages[input.Message];
        var server = _servers[message.Server];
        // the very question it holds, or one of the same words that it does not know again
        var request = (message.Held ? from.Held.FirstOrDefault(h => h.Server == server && h.Request == message.Request).Request : null) ?? message.Request with { };
        return new LeaseInput.Replied(at, server, request, reply) { Floor = input.Floor };
    }

    private int Of(int process, object machine)
    {
        var at = Peek.At(machine);
        var hash = canonical.Hash(machine, at, renamings[0]).Then((ulong)process);
        if (_numbers.TryGetValue(hash, out var known)) return known;
        var (wake, speaks) = (spec.Settings.RpcTimeout.Ticks, long.MinValue);
        if (machine is LeaderLease lease)
        {
            wake = Math.Max(1, (lease.NextWake - at.Now).Ticks);
            if (lease.SpeakUntil is var until && until != TimeSpan.MinValue) speaks = until == TimeSpan.MaxValue ? TimeSpan.FromDays(30).Ticks : (until - at.Now).Ticks;
        }
        _all.Add(new Entry(process, machine, at.Now, [.. renamings.Select((r, i) => i == 0 ? hash : canonical.Hash(machine, at, r).Then((ulong)process))], wake, speaks, at.Role,
            Peek.RoundOf(machine), Peek.Rests(machine), [.. Peek.HeldBy(machine)]));
        return _numbers[hash] = _all.Count - 1;
    }
}
