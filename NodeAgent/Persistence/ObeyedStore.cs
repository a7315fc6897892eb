using System.Collections.Immutable;
using System.Text.Json;
using Contracts.Vocabulary;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Persistence;

/// <param name="Obeyed">null when nothing usable is on disk: the agent then takes the first fresh order of any epoch.</param>
/// <param name="Reason">Why it is null, and what was done.</param>
internal readonly record struct ObeyedLoad(ImmutableSortedDictionary<GroupName, ObeyedRecord>? Obeyed, string Reason);

/// <summary>
/// The highest order obeyed per group, over restarts of the agent and the host: temporary file, fsync, rename, fsync of the directory.
/// Either the old or the new content is there after a power loss. Blocks for as long as the disk takes.
/// </summary>
internal sealed unsafe class ObeyedStore(string directory)
{
    private const int SizeLimit = 1 << 20;
    private readonly string _path = Path.Combine(directory, "obeyed.json");

    /// <summary>Never throws. A file that cannot be understood is kept aside as obeyed.json.bad.</summary>
    public ObeyedLoad Load() => Load(SetAside);

    /// <summary>For a look only: touches nothing. null when nothing usable is there.</summary>
    public ImmutableSortedDictionary<GroupName, ObeyedRecord>? Peek() => Load(what => new ObeyedLoad(null, what)).Obeyed;

    private ObeyedLoad Load(Func<string, ObeyedLoad> bad)
    {
        byte[] bytes;
        try
        {
            using var file = File.OpenRead(_path);
            if (file.Length > SizeLimit) return bad($"is larger than {SizeLimit} bytes");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ObeyedLoad(null, $"{_path}: not there yet");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ObeyedLoad(null, $"{_path}: cannot be read: {error.Message}");
        }
        try
        {
            var document = JsonSerializer.Deserialize(bytes, ObeyedJson.Default.ObeyedDocument) ?? throw new FormatException("is empty");
            if (document.V != ObeyedDocument.CurrentVersion) throw new FormatException($"has version {document.V}, not {ObeyedDocument.CurrentVersion}");
            return new ObeyedLoad(document.Groups.ToImmutableSortedDictionary(pair => GroupName.Parse(pair.Key), pair => Checked(pair.Key, pair.Value)), "");
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return bad($"is damaged: {error.Message}");
        }
    }

    /// <returns>null when it is on disk; else what failed.</returns>
    public string? Save(ImmutableSortedDictionary<GroupName, ObeyedRecord> obeyed)
    {
        var document = new ObeyedDocument { V = ObeyedDocument.CurrentVersion, Groups = [] };
        foreach (var (group, record) in obeyed) document.Groups.Add(group.Value, record);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document, ObeyedJson.Default.ObeyedDocument);
        var temporary = _path + ".tmp";
        var fd = Libc.Open(temporary, Libc.WriteOnly | Libc.Create | Libc.Truncate | Libc.CloseOnExec, 0x180);
        if (fd < 0) return Failure("cannot be made");
        var written = WriteAll(fd, bytes) && Libc.Sync(fd) == 0 ? null : Failure("cannot be written");
        _ = Libc.Close(fd);
        written ??= Libc.OwnAsDirectory(temporary);
        if (written is null && Libc.Rename(temporary, _path) != 0) written = Failure("cannot be moved into place");
        if (written is null) return SyncDirectory();
        _ = Libc.Unlink(temporary);
        return written;

        string Failure(string what) => $"{temporary} {what}: {Libc.LastError()}. Check that {directory} exists, is the agent's own and has space";
    }

    private static bool WriteAll(int fd, byte[] bytes)
    {
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var wrote = Libc.Write(fd, start + done, bytes.Length - done);
                if (wrote <= 0) return false;
                done += wrote;
            }
        }
        return true;
    }

    private string? SyncDirectory()
    {
        var fd = Libc.Open(directory, Libc.ReadOnly | Libc.CloseOnExec);
        if (fd < 0) return $"{directory} cannot be opened to make the rename durable: {Libc.LastError()}";
        var failure = Libc.Sync(fd) == 0 ? null : $"{directory} cannot be made durable: {Libc.LastError()}";
        _ = Libc.Close(fd);
        return failure;
    }

    private static ObeyedRecord Checked(string group, ObeyedRecord? record) =>
        record is { Generation: >= 0, Term: >= 0, Epoch: >= 0 } ? record : throw new FormatException($"group {group} has no valid record");

    private ObeyedLoad SetAside(string what)
    {
        var moved = Libc.Rename(_path, _path + ".bad") == 0 ? $"kept aside as {_path}.bad" : $"and cannot be kept aside: {Libc.LastError()}";
        return new ObeyedLoad(null, $"{_path} {what} ({moved})");
    }
}
