using System.Diagnostics;

namespace Browser.Live;

/// <summary>The demo as it is built, a process of its own at a free port; started when it is first asked for.</summary>
public sealed class DemoProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _one = new(1);
    private readonly List<string> _said = [];
    private Process? _process;
    private Uri? _address;

    /// <summary>Where its page is.</summary>
    public async Task<Uri> Address()
    {
        await _one.WaitAsync();
        try
        {
            return _address ??= await Start();
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _one.Dispose();
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<Uri> Start()
    {
        const string begins = "The page is at ";
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "demo"), ["--listen", "127.0.0.1:0"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        void Hear(string? line)
        {
            if (line is null) return;
            lock (_said) _said.Add(line);
            if (line.StartsWith(begins, StringComparison.Ordinal)) address.TrySetResult(new Uri(line[begins.Length..]));
        }
        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.Exited += (_, _) => address.TrySetException(new InvalidOperationException("the demo ended: " + Said()));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return await address.Task.WaitAsync(s_start);
    }

    private string Said()
    {
        lock (_said) return string.Join('\n', _said);
    }
}
