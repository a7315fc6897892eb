using System.Text;
using Lab.Hosts;

namespace EndToEnd.Vrrp;

/// <summary>What the keepalived of one node says of itself: the last state in its notify FIFO. The pipe stays open over restarts.</summary>
internal sealed class FifoReader : IDisposable
{
    private static readonly string[] States = ["MASTER", "BACKUP", "FAULT", "STOP"];

    private readonly FileStream _pipe;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile string? _state;

    public FifoReader(Host host)
    {
        _pipe = new FileStream(host.Path(NodeConf.Fifo), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _thread = new Thread(Read) { Name = "fifo " + host.Name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Null: it has said nothing since <see cref="Forget"/>.</summary>
    public string? State => _state;

    public void Forget() => _state = null;

    public void Dispose()
    {
        _stopping = true;
        _pipe.Write("\n"u8); // whoever reads wakes up
        _thread.Join();
        _pipe.Dispose();
    }

    private void Read()
    {
        Span<byte> bytes = stackalloc byte[4096];
        var rest = "";
        while (!_stopping)
        {
            var lines = (rest + Encoding.UTF8.GetString(bytes[.._pipe.Read(bytes)])).Split('\n');
            foreach (var line in lines[..^1])
            {
                // INSTANCE "VI_1" MASTER 254
                if (line.Split(' ') is [_, _, var state, ..] && States.Contains(state)) _state = state;
            }
            rest = lines[^1];
        }
    }
}
