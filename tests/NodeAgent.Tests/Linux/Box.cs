using System.Diagnostics;
using System.Threading.Channels;
using Contracts.Hosting;
using NodeAgent.Core;

namespace NodeAgent.Tests.Linux;

/// <summary>A directory, programs under chosen names, and an inbox; everything is gone at the end.</summary>
internal sealed class Box : IDisposable
{
    private readonly List<Process> _started = [];
    private readonly Channel<Input> _inbox = Channel.CreateUnbounded<Input>();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("arbiter-").FullName;
    public ProcessClock Clock { get; } = new(TimeProvider.System);
    public ChannelWriter<Input> Inbox => _inbox.Writer;

    public string At(string name) => Path.Combine(Directory, name);

    /// <summary>A process with that comm; it sleeps for a minute at most.</summary>
    public Process Sleeper(string comm)
    {
        var program = At(comm);
        if (!File.Exists(program)) File.CreateSymbolicLink(program, "/bin/sleep");
        return Start(program, "60");
    }

    public Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _started.Add(process);
        return process;
    }

    public static string Sh(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = shell.StandardOutput.ReadToEnd();
        var error = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        return shell.ExitCode == 0 ? output : throw new InvalidOperationException($"{command}: {error}");
    }

    /// <summary>The next input of that kind which fulfils the condition; others are passed over.</summary>
    public async Task<T> Next<T>(Func<T, bool>? condition = null, int withinMs = 30_000) where T : Input
    {
        using var deadline = new CancellationTokenSource(withinMs);
        try
        {
            while (true)
                if (await _inbox.Reader.ReadAsync(deadline.Token) is T input && (condition is null || condition(input))) return input;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no such {typeof(T).Name} within {withinMs} ms");
        }
    }

    /// <summary>Everything posted up to now.</summary>
    public IReadOnlyList<Input> Taken()
    {
        var all = new List<Input>();
        while (_inbox.Reader.TryRead(out var input)) all.Add(input);
        return all;
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
