using System.CommandLine;
using System.Runtime.InteropServices;
using NodeAgent.Configuration;

namespace NodeAgent.Cli;

internal static class RunCommand
{
    public static Command Create()
    {
        var config = Commands.Config();
        var json = new Option<bool>("--json-log") { Description = "one JSON object per log line" };
        var command = new Command("run", "run the agent until it is told to stop (SIGTERM, SIGINT)") { config, json };
        command.SetAction((parsed, _) => Run(parsed.GetValue(config)!, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> Run(string path, bool json)
    {
        if (Commands.Load(path) is not { } options) return Commands.Usage;
        if (InstanceLock.Take(options.StateDirectory, out var refusal) is not { } held)
        {
            await Console.Error.WriteLineAsync($"arbiter-agent: {refusal}").ConfigureAwait(false);
            return Commands.Refused;
        }
        using var _ = held;
        using var stopping = new CancellationTokenSource();
        using var term = Stop(PosixSignal.SIGTERM, stopping);
        using var interrupt = Stop(PosixSignal.SIGINT, stopping);
        await using var agent = AgentHost.Create(options, json);
        return await agent.Run(stopping.Token).ConfigureAwait(false);
    }

    /// <summary>One way to stop, whatever the signal: the loop ends by itself and leaves the files in order.</summary>
    private static PosixSignalRegistration Stop(PosixSignal signal, CancellationTokenSource stopping) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stopping.Cancel();
    });
}
