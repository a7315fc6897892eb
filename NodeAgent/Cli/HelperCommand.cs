using System.CommandLine;
using System.Text;
using NodeAgent.Keepalived;

namespace NodeAgent.Cli;

/// <summary>What systemd starts as root for each connection to the helper's socket: one line in, one line out.</summary>
internal static class HelperCommand
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var pidFile = new Option<string>("--pid-file") { Description = "keepalived's pid file", DefaultValueFactory = _ => "/run/keepalived.pid" };
        var dumpFile = new Option<string>("--dump-file") { Description = "where keepalived writes its JSON", DefaultValueFactory = _ => "/tmp/keepalived.json" };
        var keepalived = new Option<string>("--keepalived") { Description = "keepalived's program", DefaultValueFactory = _ => "/usr/sbin/keepalived" };
        var command = new Command("helper", "as root, behind a socket: read 'dump' on stdin, have keepalived write its statistics, answer them in one line")
        {
            pidFile, dumpFile, keepalived,
        };
        command.SetAction((parsed, stopping) => Serve(
            new DumpHelper(parsed.GetValue(pidFile)!, parsed.GetValue(dumpFile)!, parsed.GetValue(keepalived)!, TimeProvider.System), stopping));
        return command;
    }

    private static async Task<int> Serve(DumpHelper helper, CancellationToken stopping)
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(s_deadline);
        if (await ReadLine(input, patience.Token).ConfigureAwait(false) is not { } request)
        {
            await Console.Error.WriteLineAsync($"arbiter-agent: no line came on standard input ({s_deadline.TotalSeconds:0} s are given for it); the helper answers one request, 'dump', and is started by arbiter-agent-helper.socket").ConfigureAwait(false);
            return Commands.Usage;
        }
        var answer = await helper.Answer(request, stopping).ConfigureAwait(false);
        await output.WriteAsync(answer, stopping).ConfigureAwait(false);
        await output.WriteAsync("\n"u8.ToArray(), stopping).ConfigureAwait(false);
        return answer.AsSpan().StartsWith("ok "u8) ? Commands.Done : Commands.Failed;
    }

    /// <returns>null: no line came in time, or a longer one than any verb is.</returns>
    internal static async Task<string?> ReadLine(Stream input, CancellationToken stopping)
    {
        var buffer = new byte[DumpHelper.MostRequest];
        var length = 0;
        try
        {
            while (length < buffer.Length)
            {
                var read = await input.ReadAsync(buffer.AsMemory(length), stopping).ConfigureAwait(false);
                if (read == 0) return null;
                length += read;
                if (buffer.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end) return Encoding.ASCII.GetString(buffer, 0, end).TrimEnd('\r');
            }
        }
        catch (OperationCanceledException)
        {
            // too slow
        }
        return null;
    }
}
