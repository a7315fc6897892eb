using Microsoft.Extensions.Logging.Abstractions;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Tests.Linux;
using NodeAgent.Tests.Probes;

namespace NodeAgent.Tests.Keepalived;

public sealed class NotifyFifoTests : IDisposable
{
    private readonly Box _box = new();
    private readonly NotifyFifo _fifo;

    public NotifyFifoTests() => _fifo = new NotifyFifo(_box.At("notify"), _box.Clock, _box.Inbox, NullLogger.Instance);

    private void Say(string text)
    {
        using var writer = new FileStream(_box.At("notify"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        writer.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }

    [Fact]
    public async Task What_waited_is_history_and_what_comes_after_is_posted_even_when_a_line_straddles_both()
    {
        Assert.Null(_fifo.Open());
        Assert.Equal("600", Box.Sh($"stat -c %a {_box.At("notify")}").Trim());
        Say("INSTANCE \"VI_1\" BACKUP 240\nINSTANCE \"VI_1\" MASTER 253\nINSTANCE \"VI_1\" BACKUP_PRIORITY 254\nINSTANCE \"VI_2\" BACKUP_PRIORITY 7\n"
            + "INSTANCE \"VI_3\" FAULT 1\nINSTANCE \"VI_3\" MASTER_RX_LOWER_PRI 2\nINSTANCE \"VI_1\" FA");
        var history = _fifo.DrainHistory();
        Assert.Equal(new LastSaid(NotifyState.Master, 254), history["VI_1"]);
        Assert.Equal(new LastSaid(null, 7), history["VI_2"]);
        Assert.Equal(new LastSaid(NotifyState.Master, 2), history["VI_3"]);
        _fifo.Start();
        Say("ULT 254\nGROUP \"G\" FAULT 0\n");
        var said = await _box.Next<Input.KeepalivedSaid>();
        Assert.Equal(("VI_1", NotifyState.Fault, 254), (said.Instance, said.State, said.Priority));
        // writers come and go; the reader stays
        Say("INSTANCE \"VI_1\" BACKUP 240\n");
        Assert.Equal(NotifyState.Backup, (await _box.Next<Input.KeepalivedSaid>()).State);
        Assert.Empty(_box.Taken());
    }

    [Fact]
    public async Task A_fifo_that_was_removed_and_made_anew_is_opened_again()
    {
        Assert.Null(_fifo.Open());
        _fifo.Start();
        File.Delete(_box.At("notify"));
        Box.Sh($"mkfifo {_box.At("notify")}");
        Say2("INSTANCE \"VI_1\" MASTER 240\n");
        Assert.Equal(NotifyState.Master, (await _box.Next<Input.KeepalivedSaid>()).State);
    }

    /// <summary>As keepalived does it: opened for reading too, so that the writer does not wait for a reader and the line stays.</summary>
    private void Say2(string text) => _box.Start("/bin/sh", "-c", $"exec 3<>{_box.At("notify")}; printf '%s' '{text}' >&3; exec sleep 30");

    [Fact]
    public void What_is_no_fifo_or_cannot_be_made_is_said_with_what_to_do()
    {
        File.WriteAllText(_box.At("notify"), "");
        Assert.Contains("is no FIFO; remove it", _fifo.Open());
        using var lost = new NotifyFifo(_box.At("missing/notify"), _box.Clock, _box.Inbox, NullLogger.Instance);
        Assert.Contains("must be able to make the notify FIFO before keepalived starts", lost.Open());
    }

    [Fact]
    public void Groups_that_name_the_same_fifo_share_one_reader()
    {
        var fifos = NotifyFifo.ForGroups(
            [Samples.Group("a") with { NotifyFifo = "/x" }, Samples.Group("b") with { NotifyFifo = "/x" }, Samples.Group("c") with { NotifyFifo = "/y" }],
            _box.Clock, _box.Inbox, NullLogger.Instance);
        Assert.Equal(["/x", "/y"], fifos.Select(fifo => fifo.Path));
        foreach (var fifo in fifos) fifo.Dispose();
    }

    public void Dispose()
    {
        _fifo.Dispose();
        _box.Dispose();
    }
}
