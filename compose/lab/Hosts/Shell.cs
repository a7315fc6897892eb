using System.Diagnostics;

namespace Lab.Hosts;

internal sealed record ShellResult(int ExitCode, string Output, string Error)
{
    public bool Ok => ExitCode == 0;
}

/// <summary>Runs programs of the machine. Nothing is passed through a shell, so nothing needs quoting.</summary>
internal static class Shell
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <exception cref="LabError">The program is missing or ran longer than a minute.</exception>
    public static async Task<ShellResult> Run(IReadOnlyList<string> command, string? input = null)
    {
        using var process = Start(command, redirect: true);
        using var deadline = new CancellationTokenSource(Longest);
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new ShellResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new LabError($"'{string.Join(' ', command)}' did not end within {Longest.TotalSeconds} s");
        }
    }

    /// <exception cref="LabError">The program failed; its own words are in the message.</exception>
    public static async Task<string> Must(IReadOnlyList<string> command, string? input = null)
    {
        var result = await Run(command, input);
        return result.Ok
            ? result.Output
            : throw new LabError($"'{string.Join(' ', command)}' ended with {result.ExitCode}: {(result.Error + result.Output).Trim()}");
    }

    /// <summary>Runs a program on the caller's own terminal and returns its exit code.</summary>
    public static async Task<int> PassThrough(IReadOnlyList<string> command)
    {
        using var process = Start(command, redirect: false);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static Process Start(IReadOnlyList<string> command, bool redirect)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new LabError($"cannot start {command[0]}: {missing.Message}");
        }
    }
}
