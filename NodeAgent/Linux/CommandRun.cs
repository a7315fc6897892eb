using System.Diagnostics;

namespace NodeAgent.Linux;

internal enum CommandEnd
{
    /// <summary>It ended by itself, with a code.</summary>
    Exited,
    /// <summary>A signal ended it that was not ours.</summary>
    Signalled,
    NotStarted,
    /// <summary>Killed with its whole group at the deadline.</summary>
    TimedOut,
    /// <summary>Killed with its whole group, because it wrote without end.</summary>
    Flooded,
    /// <summary>Killed with its whole group, because the agent is stopping.</summary>
    Stopped,
    /// <summary>It was killed and is still there: it hangs inside the kernel.</summary>
    Unkillable,
}

/// <param name="Detail">The exit code, the number of the signal, or the reason why it was not started.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Left">What could not be killed; to be reaped later.</param>
internal readonly record struct CommandOutcome(CommandEnd End, int Code, string Detail, byte[] Output, ChildProcess? Left = null);

/// <summary>
/// Runs a program once, on the calling thread, to its end or its deadline. Whatever is left of its group is killed at the end in any case, so
/// nothing piles up. Takes <see cref="Grace"/> longer than the deadline at most, unless loading the program itself hangs.
/// </summary>
internal static unsafe class CommandRun
{
    /// <summary>How much of the output is kept.</summary>
    public const int Kept = 4096;
    /// <summary>Who writes more is killed.</summary>
    public const int MostOutput = 1 << 20;
    /// <summary>How long a killed process may take to go.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    /// <param name="stop">Readable when the agent is stopping.</param>
    /// <param name="kill">How a group is killed; null: by SIGKILL.</param>
    public static CommandOutcome Run(IReadOnlyList<string> words, TimeSpan deadline, int stop, Action<ChildProcess>? kill = null)
    {
        var began = Stopwatch.GetTimestamp();
        var (child, failure) = ChildProcess.Start(words);
        if (child is null) return new CommandOutcome(CommandEnd.NotStarted, 0, failure, []);
        var output = new Output(child);
        var end = Follow(child, output, deadline - Stopwatch.GetElapsedTime(began), stop);
        // before it is reaped, because its number may be somebody else's afterwards
        (kill ?? (c => c.KillGroup()))(child);
        if (end != CommandEnd.Exited) _ = Wait(child, Grace);
        // what it wrote last may still be in the pipe; a grandchild that escaped may hold it open for ever
        for (var reads = 0; reads < 8 && end == CommandEnd.Exited && child.Output >= 0 && Ready(child.Output) && output.Read(); reads++) { }
        if (!child.TryReap(out var code, out var signal))
        {
            child.CloseOutput();
            return new CommandOutcome(CommandEnd.Unkillable, 0, "", output.Taken, child);
        }
        child.Dispose();
        if (end != CommandEnd.Exited) return new CommandOutcome(end, 0, "", output.Taken);
        return code >= 0
            ? new CommandOutcome(CommandEnd.Exited, code, "", output.Taken)
            : new CommandOutcome(CommandEnd.Signalled, signal, "", output.Taken);
    }

    private static CommandEnd Follow(ChildProcess child, Output output, TimeSpan left, int stop)
    {
        var began = Stopwatch.GetTimestamp();
        var fds = stackalloc Libc.PollFd[3];
        while (true)
        {
            var rest = left - Stopwatch.GetElapsedTime(began);
            if (rest <= TimeSpan.Zero) return CommandEnd.TimedOut;
            fds[0] = new Libc.PollFd { Fd = child.PidFd, Events = Libc.PollIn };
            fds[1] = new Libc.PollFd { Fd = child.Output, Events = Libc.PollIn };
            fds[2] = new Libc.PollFd { Fd = stop, Events = Libc.PollIn };
            // poll(2) passes over a negative descriptor; without a pidfd its end is looked for
            var wait = child.PidFd < 0 ? Math.Min(20, Milliseconds(rest)) : Milliseconds(rest);
            var ready = Libc.Poll(fds, 3, wait);
            if (ready > 0 && fds[1].Revents != 0)
            {
                if (!output.Read()) child.CloseOutput();
                if (output.Total > MostOutput) return CommandEnd.Flooded;
            }
            if (ready > 0 && fds[2].Revents != 0) return CommandEnd.Stopped;
            if (child.PidFd >= 0 ? ready > 0 && fds[0].Revents != 0 : Ended(child)) return CommandEnd.Exited;
        }
    }

    private static bool Wait(ChildProcess child, TimeSpan most)
    {
        var fd = new Libc.PollFd { Fd = child.PidFd, Events = Libc.PollIn };
        return Libc.Poll(&fd, 1, Milliseconds(most)) > 0;
    }

    private static bool Ready(int fd)
    {
        var one = new Libc.PollFd { Fd = fd, Events = Libc.PollIn };
        return Libc.Poll(&one, 1, 0) > 0;
    }

    /// <summary>A zombie, without reaping it.</summary>
    private static bool Ended(ChildProcess child) => !ProcessTable.IsAlive(child.Pid);

    private static int Milliseconds(TimeSpan span) => (int)Math.Ceiling(Math.Clamp(span.TotalMilliseconds, 0, int.MaxValue));

    private sealed class Output(ChildProcess child)
    {
        private readonly byte[] _kept = new byte[Kept];
        private int _length;

        public long Total { get; private set; }
        public byte[] Taken => _kept[.._length];

        /// <returns>false at its end.</returns>
        public bool Read()
        {
            var buffer = stackalloc byte[16 * 1024];
            var got = (int)Libc.Read(child.Output, buffer, 16 * 1024);
            if (got <= 0) return false;
            Total += got;
            var take = Math.Min(got, Kept - _length);
            new ReadOnlySpan<byte>(buffer, take).CopyTo(_kept.AsSpan(_length));
            _length += take;
            return true;
        }
    }
}
