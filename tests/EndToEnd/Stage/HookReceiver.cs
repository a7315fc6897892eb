using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Lab;
using Lab.Configuration;
using Lab.Hosts;

namespace EndToEnd.Stage;

/// <summary>One request as the receiver saw it.</summary>
/// <param name="At">When its first byte was there; milliseconds of the wall clock.</param>
internal sealed record Told(double At, string Id, bool Verified, string? Why, string Type, string Group, string Node, string From, string To, long Number, DateTimeOffset Utc);

/// <summary>
/// A receiver of webhooks on the client host that verifies with the reference implementation of Standard Webhooks (npm). It can be
/// stopped and started again; what it was told stays here.
/// </summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private const string Package = "standardwebhooks@1.1.1";
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(30);
    private readonly Host _host;
    private readonly string _folder;
    private readonly string _secret;
    private readonly ConcurrentQueue<Told> _told = new();
    private Process? _process;

    private HookReceiver(Host host, string folder, string secret) => (_host, _folder, _secret) = (host, folder, secret);

    public IReadOnlyCollection<Told> Told => _told;

    public static async Task<HookReceiver> Prepare(Laboratory lab)
    {
        var folder = Path.Combine(lab.Paths.Programs, "..", "hook");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Hook", "receiver.mjs"), Path.Combine(folder, "receiver.mjs"), overwrite: true);
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "standardwebhooks")))
            await Shell.Must(["npm", "install", "--prefix", folder, "--no-package-lock", "--no-audit", "--no-fund", Package]);
        return new HookReceiver(lab.Host("client"), folder, lab.Host("arb1").Read(ArbiterYaml.HookSecretFile)!.Trim());
    }

    public async Task Start()
    {
        var command = _host.OnNetwork(["node", Path.Combine(_folder, "receiver.mjs"), Topology.Address("client"), $"{ArbiterYaml.HookPort}"]);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true };
        start.Environment["HOOK_SECRET"] = _secret;
        var listening = new TaskCompletionSource();
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data, listening);
        _process.Exited += (_, _) => listening.TrySetException(new LabError("the receiver of webhooks ended at its start"));
        _process.Start();
        _process.BeginOutputReadLine();
        await listening.Task.WaitAsync(StartsWithin);
    }

    /// <summary>SIGKILL: requests under way are answered by nobody.</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync() => await Kill();

    private void Take(string? line, TaskCompletionSource listening)
    {
        if (line is null) return;
        using var read = JsonDocument.Parse(line);
        if (read.RootElement.TryGetProperty("listening", out _))
        {
            listening.TrySetResult();
            return;
        }
        var message = read.RootElement.GetProperty("message");
        var data = message.ValueKind == JsonValueKind.Object ? message.GetProperty("data") : default;
        _told.Enqueue(new Told(
            read.RootElement.GetProperty("at").GetDouble(), read.RootElement.GetProperty("id").GetString() ?? "", read.RootElement.GetProperty("verified").GetBoolean(),
            read.RootElement.GetProperty("why").GetString(), message.ValueKind == JsonValueKind.Object ? message.GetProperty("type").GetString()! : "",
            Text(data, "group"), Text(data, "node"), Text(data, "from"), Text(data, "to"),
            data.ValueKind == JsonValueKind.Object ? data.GetProperty("number").GetInt64() : 0,
            data.ValueKind == JsonValueKind.Object ? data.GetProperty("utc").GetDateTimeOffset() : default));
    }

    private static string Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
