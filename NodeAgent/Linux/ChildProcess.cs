using System.Runtime.InteropServices;

namespace NodeAgent.Linux;

/// <summary>
/// A program in a session of its own: its output goes to us, its input is empty, its directory is /, its environment is bare and its signals
/// are as after boot. Its group can be killed as a whole; a process that leaves the group (setsid) escapes that, not the service's cgroup.
/// Not thread-safe.
/// </summary>
internal sealed unsafe class ChildProcess : IDisposable
{
    private const int SigKill = 9, NoHang = 1;

    private static readonly string[] s_environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/"];

    private ChildProcess(int pid, int output, int pidFd) => (Pid, Output, PidFd) = (pid, output, pidFd);

    /// <summary>Also the number of its session and of its process group.</summary>
    public int Pid { get; }

    /// <summary>The reading end of its standard output; -1 when closed.</summary>
    public int Output { get; private set; }

    /// <summary>Becomes readable when it has ended; -1 when there is none.</summary>
    public int PidFd { get; private set; }

    /// <summary>Blocks until the program was loaded, which a dead network file system can make for ever.</summary>
    /// <param name="words">An absolute path and its arguments.</param>
    /// <returns>null and the reason when it was not started.</returns>
    public static (ChildProcess? Child, string Failure) Start(IReadOnlyList<string> words)
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0) return (null, $"no pipe to be had: {Libc.LastError()}");
        var pid = 0;
        var error = Spawn(words, ends[1], &pid);
        _ = Libc.Close(ends[1]);
        if (error == 0) return (new ChildProcess(pid, ends[0], Libc.OpenPidFd(pid)), "");
        _ = Libc.Close(ends[0]);
        return (null, error switch
        {
            Libc.NoEntry => $"{words[0]} cannot be started: it, or the interpreter behind its '#!', is not there",
            8 => $"{words[0]} cannot be started: it is no program, and a script needs a first line such as '#!/bin/sh'",
            Libc.TryAgain => $"{words[0]} cannot be started: the limit of processes is reached (TasksMax= of the unit)",
            _ => $"{words[0]} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}",
        });
    }

    /// <summary>Everything in its group, itself too. Call it while it is not reaped: until then its number belongs to nobody else.</summary>
    public void KillGroup() => _ = Libc.Kill(-Pid, SigKill);

    /// <summary>Takes its end, if it has ended.</summary>
    /// <param name="exitCode">0 to 255; -1 when it was ended by a signal, or nobody knows.</param>
    public bool TryReap(out int exitCode, out int signal)
    {
        int status;
        (exitCode, signal) = (-1, 0);
        var reaped = Libc.WaitPid(Pid, &status, NoHang);
        if (reaped == 0) return false;
        // with SIGCHLD ignored the kernel reaps by itself and the status is lost
        if (reaped != Pid) return Marshal.GetLastPInvokeError() != Libc.Interrupted;
        signal = status & 0x7f;
        if (signal == 0) exitCode = status >> 8 & 0xff;
        return true;
    }

    public void CloseOutput()
    {
        if (Output >= 0) _ = Libc.Close(Output);
        Output = -1;
    }

    public void Dispose()
    {
        CloseOutput();
        if (PidFd >= 0) _ = Libc.Close(PidFd);
        PidFd = -1;
    }

    private static int Spawn(IReadOnlyList<string> words, int output, int* pid)
    {
        byte* actions = stackalloc byte[SpawnCalls.OpaqueSize], attributes = stackalloc byte[SpawnCalls.OpaqueSize];
        byte* all = stackalloc byte[SpawnCalls.SignalSetSize], none = stackalloc byte[SpawnCalls.SignalSetSize];
        _ = SpawnCalls.FillSet(all);
        _ = SpawnCalls.EmptySet(none);
        if (SpawnCalls.ActionsInit(actions) is not 0 and var noActions) return noActions;
        if (SpawnCalls.AttributesInit(attributes) is not 0 and var noAttributes) return noAttributes;
        byte** arguments = Texts(words), environment = Texts(s_environment);
        try
        {
            int error;
            if ((error = SpawnCalls.AddOpen(actions, 0, "/dev/null", Libc.ReadOnly, 0)) != 0
                || (error = SpawnCalls.AddDuplicate(actions, output, 1)) != 0
                || (error = SpawnCalls.AddOpen(actions, 2, "/dev/null", Libc.WriteOnly, 0)) != 0
                || (error = SpawnCalls.AddChangeDirectory(actions, "/")) != 0
                || (error = CloseOthers(actions)) != 0
                // this program ignores SIGPIPE, which would be inherited
                || (error = SpawnCalls.SetFlags(attributes, SpawnCalls.SetSession | SpawnCalls.SetSignalMask | SpawnCalls.SetSignalDefaults)) != 0
                || (error = SpawnCalls.SetMask(attributes, none)) != 0
                || (error = SpawnCalls.SetDefaults(attributes, all)) != 0)
                return error;
            return SpawnCalls.Spawn(pid, arguments[0], actions, attributes, arguments, environment);
        }
        finally
        {
            Free(arguments);
            Free(environment);
            _ = SpawnCalls.ActionsDestroy(actions);
            _ = SpawnCalls.AttributesDestroy(attributes);
        }
    }

    /// <summary>
    /// All of ours close by themselves when a program is loaded; this is for what we were given by whoever started us. An older C library
    /// does not have it.
    /// </summary>
    private static int CloseOthers(byte* actions)
    {
        try
        {
            return SpawnCalls.AddCloseFrom(actions, 3);
        }
        catch (EntryPointNotFoundException)
        {
            return 0;
        }
    }

    private static byte** Texts(IReadOnlyList<string> texts)
    {
        var list = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++) list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return list;
    }

    private static void Free(byte** list)
    {
        for (var i = 0; list[i] != null; i++) Marshal.FreeCoTaskMem((nint)list[i]);
        NativeMemory.Free(list);
    }
}
