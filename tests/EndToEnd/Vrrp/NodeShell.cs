using System.Diagnostics;
using Lab;
using Lab.Hosts;

namespace EndToEnd.Vrrp;

/// <summary>
/// A bash in namespaces of its own that does what it is told, line by line: no program has to be started for a signal. It is PID 1 there
/// and its lines come from this process, so that it ends, and everything in it, when this process ends in whatever way.
/// </summary>
internal sealed class NodeShell : IAsyncDisposable
{
    private const string Good = "##good";
    private const string Bad = "##bad";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly Process _process;
    private readonly SemaphoreSlim _one = new(1);

    private NodeShell(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>The host as the lab's own tools take it.</summary>
    public Host Host { get; private set; } = new("", 0);

    /// <param name="processes">Whether it has processes of its own; without it the shell sees those of the machine.</param>
    /// <exception cref="LabError">The namespaces cannot be made.</exception>
    public static async Task<NodeShell> Start(string name, bool processes)
    {
        string[] spaces = processes ? ["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"] : ["--net", "--mount"];
        var start = new ProcessStartInfo("unshare", [.. spaces, "bash", "--norc"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        var shell = new NodeShell(name, System.Diagnostics.Process.Start(start)!);
        try
        {
            await shell.Do("exec 2>&1");
            var unshare = shell._process.Id;
            var init = processes ? new PidRecord(unshare, 0).Child() ?? throw new LabError($"{name} has no first process") : unshare;
            shell.Host = new Host(name, init);
            return shell;
        }
        catch
        {
            await shell.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when the lines are done.</summary>
    /// <exception cref="LabError">The last of them failed, or they took longer than ten seconds.</exception>
    public async Task Do(string lines)
    {
        await _one.WaitAsync();
        try
        {
            using var deadline = new CancellationTokenSource(Longest);
            await _process.StandardInput.WriteAsync($"{lines}\n[ $? = 0 ] && echo '{Good}' || echo '{Bad}'\n".AsMemory(), deadline.Token);
            await _process.StandardInput.FlushAsync(deadline.Token);
            var said = new List<string>();
            while (await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                if (line == Good) return;
                if (line == Bad) throw new LabError($"{_name}: '{lines}' failed: {string.Join('\n', said)}");
                said.Add(line);
            }
            throw new LabError($"{_name}: ended at '{lines}': {string.Join('\n', said)}");
        }
        catch (OperationCanceledException)
        {
            throw new LabError($"{_name}: '{lines}' did not end within {Longest.TotalSeconds} s");
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it ended before: there is nobody to tell
        }
        using var deadline = new CancellationTokenSource(Longest);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(); // --kill-child takes the rest with it
        }
        _process.Dispose();
        _one.Dispose();
    }
}
