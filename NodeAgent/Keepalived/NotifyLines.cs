using System.Buffers.Text;
using System.Text;
using NodeAgent.Core;

namespace NodeAgent.Keepalived;

/// <summary>One <c>INSTANCE "VI_1" MASTER 254</c>.</summary>
internal readonly record struct NotifyLine(string Instance, NotifyState State, int Priority);

/// <summary>
/// Cuts a byte stream into the lines of keepalived's notify FIFO. Bytes may come in any pieces. GROUP lines mean nothing here; what is no
/// line of keepalived, names a state this program does not know, or is longer than <see cref="LineLimit"/>, is counted and skipped.
/// </summary>
internal sealed class NotifyLines
{
    public const int LineLimit = 512;

    private static readonly (byte[] Word, NotifyState State)[] States =
    [
        ("MASTER"u8.ToArray(), NotifyState.Master),
        ("BACKUP"u8.ToArray(), NotifyState.Backup),
        ("FAULT"u8.ToArray(), NotifyState.Fault),
        ("STOP"u8.ToArray(), NotifyState.Stop),
        ("DELETED"u8.ToArray(), NotifyState.Deleted),
        ("MASTER_RX_LOWER_PRI"u8.ToArray(), NotifyState.MasterRxLowerPri),
        ("MASTER_PRIORITY"u8.ToArray(), NotifyState.MasterPriority),
        ("BACKUP_PRIORITY"u8.ToArray(), NotifyState.BackupPriority),
    ];

    private readonly byte[] _partial = new byte[LineLimit];
    private int _length;
    private bool _tooLong;

    /// <summary>Lines of keepalived with a state unknown here.</summary>
    public long UnknownStates { get; private set; }

    /// <summary>Everything else that could not be read.</summary>
    public long Malformed { get; private set; }

    /// <summary>Takes the next bytes and appends the lines they complete.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, List<NotifyLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            Take(end < 0 ? bytes : bytes[..end]);
            if (end < 0) return;
            Complete(lines);
            bytes = bytes[(end + 1)..];
        }
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        _tooLong |= piece.Length > LineLimit - _length;
        if (_tooLong) return;
        piece.CopyTo(_partial.AsSpan(_length));
        _length += piece.Length;
    }

    private void Complete(List<NotifyLine> lines)
    {
        var line = _partial.AsSpan(0, _length);
        var whole = !_tooLong;
        _length = 0;
        _tooLong = false;
        if (whole && line.StartsWith("GROUP "u8)) return;
        if (!whole || !TryParse(line, out var parsed, out var unknownState)) Malformed++;
        else if (unknownState) UnknownStates++;
        else lines.Add(parsed);
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out NotifyLine parsed, out bool unknownState)
    {
        parsed = default;
        unknownState = false;
        var start = "INSTANCE \""u8;
        if (!line.StartsWith(start) || line.ContainsAnyInRange((byte)0, (byte)31)) return false;
        line = line[start.Length..];
        var quote = line.LastIndexOf((byte)'"');
        if (quote <= 0 || quote + 2 >= line.Length || line[quote + 1] != ' ') return false;
        var name = line[..quote];
        line = line[(quote + 2)..];
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(line[(space + 1)..], out int priority, out var used)
            || used != line.Length - space - 1 || priority is < 0 or > 255) return false;
        foreach (var (word, state) in States)
        {
            if (!line[..space].SequenceEqual(word)) continue;
            parsed = new NotifyLine(Encoding.UTF8.GetString(name), state, priority);
            return true;
        }
        return unknownState = true;
    }
}
