using System.Diagnostics;

namespace Arbiter.Tests.Telemetry;

/// <summary>Prometheus' own checker, from Debian's package.</summary>
internal static class Promtool
{
    public static async Task<(int Code, string Said)> Run(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("promtool did not start");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
        process.StandardInput.Close();
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, (await output + await errors).Trim());
    }
}
