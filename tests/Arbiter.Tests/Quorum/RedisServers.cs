using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>
/// Real redis-servers on free loopback ports, without persistence unless asked. Each hangs on a shell that kills it when its
/// standard input closes, so none outlives the test process, however that ends.
/// </summary>
internal sealed class RedisServers : IAsyncDisposable
{
    public static ClusterName Cluster { get; } = ClusterName.Parse("chengdu");

    private readonly List<Server> _servers = [];
    private readonly List<RedisAcceptor> _acceptors = [];

    public IReadOnlyList<string> Addresses => [.. _servers.Select(s => s.Address)];

    public Server this[int index] => _servers[index];

    public static async Task<RedisServers> Start(int count, bool persistent = false, params string[] extra)
    {
        var servers = Make(count, persistent, extra);
        await servers.Start();
        return servers;
    }

    public Task Start() => Task.WhenAll(_servers.Select(s => s.Start()));

    /// <summary>Not started yet.</summary>
    public static RedisServers Make(int count, bool persistent = false, params string[] extra)
    {
        var servers = new RedisServers();
        for (var i = 0; i < count; i++) servers._servers.Add(new Server(FreePort(), persistent, extra));
        return servers;
    }

    /// <summary>For tests that ask what a server says, and not when: a machine that stands still for a moment makes no answer of none.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>New connections to all servers, closed with the servers.</summary>
    public IReadOnlyList<IAcceptor> Connect(TimeSpan? deadline = null, string? user = null, string? password = null, int? tlsPort = null, string? ca = null)
    {
        var access = new RedisAccess(user, password, tlsPort is not null, deadline ?? s_patience, ca);
        RedisAcceptor[] acceptors = [.. _servers.Select(s => new RedisAcceptor(tlsPort is { } tls ? $"127.0.0.1:{tls.ToString(CultureInfo.InvariantCulture)}" : s.Address, Cluster, access, TimeProvider.System))];
        _acceptors.AddRange(acceptors);
        return acceptors;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var acceptor in _acceptors) await acceptor.DisposeAsync();
        foreach (var server in _servers) await server.Remove();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal sealed class Server(int port, bool persistent, string[] extra)
    {
        private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("arbiter-redis-").FullName;
        private string _before = "";
        private string _frozen = "";
        private Process? _shell;

        public string Address => $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

        public async Task Start()
        {
            var persistence = persistent ? "--appendonly yes --appendfsync always" : "--appendonly no";
            var command = $"{_before}redis-server --port {port} --bind 127.0.0.1 --dir {_directory} --save '' {persistence} {string.Join(' ', extra)}";
            var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"exec 2>/dev/null; {command} >/dev/null & P=$!; read -r X; kill -9 $P; wait $P");
            _shell = Process.Start(start)!;
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(30) && !_shell.HasExited;)
            {
                try
                {
                    if (await Say("PING") is "+PONG" or "-NOAUTH Authentication required." or "-LOADING Redis is loading the dataset in memory") return;
                }
                catch (Exception e) when (e is SocketException or IOException)
                {
                    // not listening yet
                }
                await Task.Delay(10);
            }
            throw new InvalidOperationException($"redis-server on {Address} does not answer: is the package redis-server installed?");
        }

        /// <summary>How far its wall clock is ahead, from its next start on and from then on at once; its other clocks are left alone.</summary>
        public async Task SetClock(TimeSpan ahead)
        {
            var (file, library) = (Path.Combine(_directory, "clock"), Path.Combine(_directory, "shiftclock.so"));
            await using (var clock = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
                await clock.WriteAsync(BitConverter.GetBytes((long)ahead.TotalSeconds));
            if (_before.Length > 0) return;
            var compiling = new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-O1", "-o", library, Path.Combine(AppContext.BaseDirectory, "Quorum/BlackBox/shiftclock.c")]);
            using var compiler = Process.Start(compiling)!;
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode != 0) throw new InvalidOperationException("gcc could not compile shiftclock.c: are the packages gcc and libc6-dev installed?");
            _before = $"LD_PRELOAD={library} SHIFTCLOCK_FILE={file} ";
        }

        /// <summary>kill -9, and gone when this returns.</summary>
        public async Task Kill()
        {
            if (_shell is null) return;
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync();
            _shell.Dispose();
            _shell = null;
        }

        public async Task Restart()
        {
            await Kill();
            await Start();
        }

        /// <summary>SIGSTOP: it takes connections and answers nothing, until <see cref="Thaw"/>.</summary>
        public async Task Freeze()
        {
            var line = (await Info("server")).Split('\n').Single(l => l.StartsWith("process_id:", StringComparison.Ordinal));
            _frozen = line["process_id:".Length..].Trim();
            await Signal("-STOP");
        }

        public Task Thaw() => Signal("-CONT");

        private async Task Signal(string signal)
        {
            using var kill = Process.Start("kill", [signal, _frozen]);
            await kill.WaitForExitAsync();
            if (kill.ExitCode != 0) throw new InvalidOperationException($"kill {signal} {_frozen} ended with {kill.ExitCode}");
        }

        /// <summary>Killed, and started without the newest bytes of its append-only file: a power cut with <c>appendfsync everysec</c>.</summary>
        /// <returns>How many bytes were lost.</returns>
        public async Task<long> RestartWithoutTail(double share)
        {
            await Kill();
            var file = System.IO.Directory.GetFiles(Path.Combine(_directory, "appendonlydir"), "*.incr.aof").Single();
            var (whole, left) = (new FileInfo(file).Length, (long)(new FileInfo(file).Length * (1 - share)));
            await using (var log = File.OpenWrite(file)) log.SetLength(left);
            await Start();
            return whole - left;
        }

        public async Task Remove()
        {
            await Kill();
            System.IO.Directory.Delete(_directory, recursive: true);
        }

        public string Directory => _directory;

        /// <summary>The folder is gone under the running server: it can write no file any more, whoever it runs as.</summary>
        public void LoseDirectory() => System.IO.Directory.Delete(_directory, recursive: true);

        public void GetDirectoryBack() => System.IO.Directory.CreateDirectory(_directory);

        /// <summary>A section of INFO.</summary>
        public async Task<string> Info(string section)
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, port);
            await using var stream = client.GetStream();
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"INFO {section}\r\nQUIT\r\n"));
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }

        /// <summary>Inline commands on one connection; the last answer's lines, an array without its lengths.</summary>
        public async Task<IReadOnlyList<string>> Tell(params string[] commands)
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, port);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream);
            List<string> lines = [];
            foreach (var command in commands)
            {
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
                lines = [await reader.ReadLineAsync() ?? ""];
                if (lines[0].StartsWith('$')) lines = [await reader.ReadLineAsync() ?? ""];
                if (!lines[0].StartsWith('*')) continue;
                var count = int.Parse(lines[0].AsSpan(1), CultureInfo.InvariantCulture);
                lines.Clear();
                for (var i = 0; i < count; i++)
                    if (await reader.ReadLineAsync() is { } line) lines.Add(line.StartsWith('$') ? await reader.ReadLineAsync() ?? "" : line);
            }
            return lines;
        }

        /// <summary>One inline command, the first line of the answer.</summary>
        public async Task<string> Say(string command)
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, port);
            await using var stream = client.GetStream();
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
            using var reader = new StreamReader(stream);
            return await reader.ReadLineAsync() ?? "";
        }
    }
}
