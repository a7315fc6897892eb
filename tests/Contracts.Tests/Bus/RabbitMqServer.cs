using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Contracts.Bus;

namespace Contracts.Tests.Bus;

/// <summary>
/// A rabbitmq-server of our own: own node name, own ports on loopback, own folders under the temp folder, own epmd. A shell holds it on
/// a leash: when its input closes, also because this process was killed, the shell kills its whole process group.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Bin = "/usr/lib/rabbitmq/bin";

    // $1 epmd's port, $2.. how to become the server's user; the group is killed by the leash's own last line
    private const string Leash = """
        epmd_port=$1; shift
        epmd -port "$epmd_port" -address 127.0.0.1 >/dev/null 2>&1 </dev/null &
        "$@" "$RABBIT_BIN/rabbitmq-server" </dev/null >"$RABBIT_OUT" 2>&1 &
        cat >/dev/null
        kill -9 0
        """;

    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;
    private Process? _leash;

    private RabbitMqServer(string folder, int port, int distribution, int epmd)
    {
        (_folder, Port) = (folder, port);
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["RABBITMQ_NODENAME"] = $"arbtest_{Environment.ProcessId}_{port}@localhost",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "env"),
            ["RABBITMQ_DIST_PORT"] = $"{distribution}",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 2:2 +sbwt none",
            ["RABBITMQ_CTL_ERL_ARGS"] = "+S 1:1 +sbwt none",
            ["ERL_EPMD_PORT"] = $"{epmd}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBIT_BIN"] = Bin,
            ["RABBIT_OUT"] = Path.Combine(folder, "out"),
        };
    }

    public int Port { get; }

    public static bool Installed => File.Exists($"{Bin}/rabbitmq-server");

    public Uri UriFor(string user, string vhost = "") => new($"amqp://{user}@127.0.0.1:{Port}/{vhost}");

    /// <param name="plugins">Erlang terms of the enabled plugins, <c>rabbitmq_event_exchange</c>.</param>
    /// <param name="settings">More lines of rabbitmq.conf.</param>
    public static async Task<RabbitMqServer> Start(BrokerDefinitions definitions, string plugins = "", string settings = "")
    {
        var folder = Directory.CreateTempSubdirectory("arbtest-rabbit-").FullName;
        var ports = FreePorts(3);
        var server = new RabbitMqServer(folder, ports[0], ports[1], ports[2]);
        File.WriteAllBytes(Path.Combine(folder, "definitions.json"), definitions.ToJson());
        File.WriteAllText(Path.Combine(folder, "enabled_plugins"), $"[{plugins}].\n");
        File.WriteAllText(Path.Combine(folder, "env"), "");
        File.WriteAllText(Path.Combine(folder, "rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{server.Port}
            load_definitions = {folder}/definitions.json
            loopback_users = none
            vm_memory_high_watermark.absolute = 512MB
            disk_free_limit.absolute = 1MB
            {settings}

            """);
        if (Environment.IsPrivilegedProcess) await Run("chown", ["-R", "rabbitmq:rabbitmq", folder]);
        try
        {
            await server.Resume();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server in its folders (again) and waits until it listens.</summary>
    public async Task Resume()
    {
        var info = new ProcessStartInfo("setsid") { RedirectStandardInput = true, UseShellExecute = false };
        string[] become = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--init-groups"] : ["env"];
        foreach (var argument in (string[])["--wait", "sh", "-c", Leash, "leash", _environment["ERL_EPMD_PORT"], .. become]) info.ArgumentList.Add(argument);
        foreach (var (name, value) in _environment) info.Environment[name] = value;
        _leash = Process.Start(info)!;
        var clock = Stopwatch.StartNew();
        while (!await Listens())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(60) || _leash.HasExited)
                throw new InvalidOperationException($"rabbitmq-server did not start: {File.ReadAllText(_environment["RABBIT_OUT"])}");
            await Task.Delay(50);
        }
    }

    /// <summary>SIGKILL for all of it, as when the machine dies; its files stay.</summary>
    public async Task Kill()
    {
        if (_leash is not { } leash) return;
        _leash = null;
        leash.StandardInput.Close();
        await leash.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        leash.Dispose();
    }

    /// <summary>Runs rabbitmqctl against this server; takes one or two seconds.</summary>
    public Task Ctl(params string[] arguments) => Run($"{Bin}/rabbitmqctl", arguments, _environment, asServer: true);

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Free at this moment, all different.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Stop();
        return ports;
    }

    private async Task<bool> Listens()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task Run(string program, string[] arguments, Dictionary<string, string>? environment = null, bool asServer = false)
    {
        string[] become = asServer && Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--init-groups"] : ["env"];
        var info = new ProcessStartInfo(become[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. become[1..], program, .. arguments]) info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? []) info.Environment[name] = value;
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await output}{await error}");
    }
}
