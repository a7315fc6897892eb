using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Hosts;

namespace Lab;

/// <summary>What is known of a lab on disk: written before anything is made, taken away after everything is gone.</summary>
internal sealed class LabStore(LabPaths paths)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    internal sealed record Entry(LabOptions Options, bool Complete, string? MachineLink);

    public bool Exists => Directory.Exists(paths.State);

    /// <summary>Null when no lab stands, or the file was cut short by a crash.</summary>
    public Entry? Read()
    {
        try
        {
            return File.Exists(paths.LabFile) ? JsonSerializer.Deserialize<Entry>(File.ReadAllText(paths.LabFile), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(Entry entry)
    {
        Directory.CreateDirectory(paths.Hosts);
        var temporary = paths.LabFile + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(entry, Json));
        File.Move(temporary, paths.LabFile, overwrite: true);
    }

    /// <summary>The hosts that are really there: recorded, alive, and with a PID 1.</summary>
    public IReadOnlyDictionary<string, Host> LiveHosts()
    {
        var hosts = new Dictionary<string, Host>(StringComparer.Ordinal);
        if (!Directory.Exists(paths.Hosts)) return hosts;
        foreach (var file in Directory.EnumerateFiles(paths.Hosts, "*.pid"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (PidRecord.Read(file) is { Alive: true } outer && outer.Child() is { } init) hosts[name] = new Host(name, init);
        }
        return hosts;
    }

    /// <summary>One command that changes the lab at a time; the lock dies with its process.</summary>
    /// <exception cref="LabError">Another command holds it.</exception>
    public IDisposable Lock()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(paths.LockFile)!);
        try
        {
            return new FileStream(paths.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new LabError($"another lab command is changing the lab '{paths.Prefix}' right now", LabError.Refused);
        }
    }

    public void Remove()
    {
        if (Directory.Exists(paths.State)) Directory.Delete(paths.State, recursive: true);
    }
}
