using System.Globalization;
using System.Text;
using NodeAgent.Keepalived;

namespace World.Hosts;

/// <summary>The steering files of a host, on a file system in memory: they outlive every process, and are read as keepalived and the agent read them.</summary>
internal sealed class HostFiles
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>A file was replaced by rename; its path.</summary>
    public Action<string>? Renamed { get; set; }

    public string? Read(string path) => _texts.GetValueOrDefault(path);

    /// <summary>The number in it; 0 when it is missing or holds none.</summary>
    public int Number(string path) => Read(path) is { } text ? TrackNumber.Parse(Encoding.ASCII.GetBytes(text)) : 0;

    public void Write(string path, string text)
    {
        _texts[path] = text;
        Renamed?.Invoke(path);
    }

    public void Write(string path, int value) => Write(path, value.ToString(CultureInfo.InvariantCulture) + "\n");
}
