using System.Text;
using CsCheck;
using NodeAgent.Core;
using NodeAgent.Keepalived;

namespace NodeAgent.Tests.Keepalived;

public sealed class NotifyLinesTests
{
    private static (List<NotifyLine> Lines, long Malformed, long Unknown) Read(params byte[][] pieces)
    {
        var parser = new NotifyLines();
        var lines = new List<NotifyLine>();
        foreach (var piece in pieces) parser.Feed(piece, lines);
        return (lines, parser.Malformed, parser.UnknownStates);
    }

    private static (List<NotifyLine> Lines, long Malformed, long Unknown) Read(string text) => Read(Encoding.Latin1.GetBytes(text));

    [Theory]
    [InlineData("MASTER", NotifyState.Master)]
    [InlineData("BACKUP", NotifyState.Backup)]
    [InlineData("FAULT", NotifyState.Fault)]
    [InlineData("STOP", NotifyState.Stop)]
    [InlineData("DELETED", NotifyState.Deleted)]
    [InlineData("MASTER_RX_LOWER_PRI", NotifyState.MasterRxLowerPri)]
    [InlineData("MASTER_PRIORITY", NotifyState.MasterPriority)]
    [InlineData("BACKUP_PRIORITY", NotifyState.BackupPriority)]
    public void Each_state_is_read(string word, NotifyState state) =>
        Assert.Equal([new NotifyLine("VI \"1", state, 254)], Read($"INSTANCE \"VI \"1\" {word} 254\n").Lines);

    [Theory]
    [InlineData("GROUP \"G1\" MASTER 0\n", 0, 0)]
    [InlineData("INSTANCE \"VI_1\" DANCING 7\n", 0, 1)]
    [InlineData("INSTANCE \"VI_1\" MASTER\n", 1, 0)]
    [InlineData("INSTANCE \"VI_1\" MASTER 256\n", 1, 0)]
    [InlineData("INSTANCE \"VI_1\" MASTER -1\n", 1, 0)]
    [InlineData("INSTANCE \"VI_1\" MASTER 25x\n", 1, 0)]
    [InlineData("INSTANCE \"\" MASTER 1\n", 1, 0)]
    [InlineData("INSTANCE \"VI\0_1\" MASTER 1\n", 1, 0)]
    [InlineData("INSTANCE VI_1 MASTER 1\n", 1, 0)]
    [InlineData("\n", 1, 0)]
    [InlineData("INSTANCE \"VI_1\" MASTER 254", 0, 0)]
    public void What_is_no_line_is_counted_and_skipped(string text, int malformed, int unknown)
    {
        var read = Read(text);
        Assert.Empty(read.Lines);
        Assert.Equal((malformed, unknown), ((int)read.Malformed, (int)read.Unknown));
    }

    [Fact]
    public void A_line_behind_64_kilobytes_of_garbage_is_read()
    {
        var read = Read(new string('x', 65536) + "\nINSTANCE \"VI_1\" FAULT 240\n");
        Assert.Equal([new NotifyLine("VI_1", NotifyState.Fault, 240)], read.Lines);
        Assert.Equal(1, read.Malformed);
    }

    [Fact]
    public void However_the_bytes_are_cut_the_lines_are_the_same_and_nothing_is_thrown()
    {
        var good = Gen.Select(Gen.Int[0, 3].Select(i => new[] { "MASTER", "BACKUP", "FAULT", "WHAT" }[i]), Gen.Int[0, 300])
            .Select((state, priority) => Encoding.ASCII.GetBytes($"INSTANCE \"VI_1\" {state} {priority}\n"));
        var part = Gen.OneOf(good, good, Gen.Byte.Array[0, 40], Gen.Const(Enumerable.Repeat((byte)'y', 600).ToArray()));
        Gen.Select(part.Array[0, 12], Gen.Int[1, 50].Array[1, 30]).Sample((parts, cuts) =>
        {
            var all = parts.SelectMany(bytes => bytes).ToArray();
            var pieces = new List<byte[]>();
            for (int at = 0, i = 0; at < all.Length; i++)
            {
                var length = Math.Min(cuts[i % cuts.Length], all.Length - at);
                pieces.Add(all[at..(at + length)]);
                at += length;
            }
            var whole = Read(all);
            var cut = Read([.. pieces]);
            return whole.Lines.SequenceEqual(cut.Lines) && (whole.Malformed, whole.Unknown) == (cut.Malformed, cut.Unknown);
        });
    }
}
