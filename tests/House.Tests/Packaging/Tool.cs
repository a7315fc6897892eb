using System.Diagnostics;

namespace House.Tests.Packaging;

/// <summary>A checker of somebody else's, run once.</summary>
internal static class Tool
{
    public static async Task<(int Code, string Text)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, (await output + await errors).Trim());
    }
}
