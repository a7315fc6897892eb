using System.Net;
using System.Net.Sockets;
using System.Text;
using Lab.Native;

namespace Lab.Hosts;

/// <summary>One host of the lab that stands: its files, its processes, its network.</summary>
/// <param name="Init">PID 1 of the host as the machine sees it.</param>
internal sealed record Host(string Name, int Init)
{
    public string Address => Topology.Address(Name);

    /// <summary>A path inside the host as the machine sees it.</summary>
    public string Path(string inside) => $"/proc/{Init}/root{inside}";

    public IReadOnlyList<string> Entered(IReadOnlyList<string> command) =>
        ["nsenter", "-t", $"{Init}", "-n", "-m", "-u", "-p", "--", "env", $"HOSTNAME={Name}", .. command];

    /// <summary>Only the network of the host, everything else the machine's: ends when it is told to.</summary>
    public IReadOnlyList<string> OnNetwork(IReadOnlyList<string> command) => ["nsenter", "-t", $"{Init}", "-n", "--", .. command];

    public Task<ShellResult> Run(params IReadOnlyList<string> command) => Shell.Run(Entered(command));

    public Task<string> Must(params IReadOnlyList<string> command) => Shell.Must(Entered(command));

    /// <summary>
    /// Starts a program that stays; what it says is appended to /var/log/NAME.log of the host. The scheduler weighs it by its host's share
    /// (sched(7), "autogroup"), where the kernel groups by session.
    /// </summary>
    public Task Spawn(string name, params IReadOnlyList<string> command) => Shell.Must(Entered(
    [
        "setsid", "--fork", "bash", "-c", "log=$1 nice=$2; shift 2; cd /; echo $nice 2>/dev/null >/proc/self/autogroup; renice -n $nice $$ >/dev/null; exec \"$@\" </dev/null >>\"$log\" 2>&1",
        "spawn", $"/var/log/{name}.log", $"{Topology.Niceness(Name)}", .. command,
    ]));

    /// <summary>Writes a file of the host whole; its folder is made.</summary>
    public void Write(string inside, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, uint owner = 0)
    {
        var path = Path(inside);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.SetUnixFileMode(path, mode);
        Own(inside, owner);
    }

    public void Own(string inside, uint owner)
    {
        if (Libc.ChangeOwner(Path(inside), owner, owner) != 0) throw new LabError($"{Name}: cannot give {inside} to user {owner}");
    }

    public string? Read(string inside)
    {
        try
        {
            return File.ReadAllText(Path(inside));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether an address stands on one of the host's interfaces now, as the kernel's own table says.</summary>
    public bool Owns(string address)
    {
        try
        {
            var lines = File.ReadAllLines($"/proc/{Init}/net/fib_trie");
            for (var i = 0; i + 1 < lines.Length; i++)
            {
                if (lines[i].EndsWith("|-- " + address, StringComparison.Ordinal) && lines[i + 1].Contains("/32 host LOCAL", StringComparison.Ordinal)) return true;
            }
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A connection made from this host, wherever the caller runs.</summary>
    public async ValueTask<Stream> Connect(IPEndPoint target, CancellationToken stopping)
    {
        var socket = OpenSocket();
        try
        {
            await socket.ConnectAsync(target, stopping);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket belongs to the network it was made in, so a thread that goes there makes it and ends.</summary>
    private Socket OpenSocket()
    {
        Socket? socket = null;
        var thread = NetworkThread.Start(this, "lab socket", () => socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        thread.Join();
        return socket ?? throw new LabError($"{Name}: cannot make a socket in its network");
    }
}
