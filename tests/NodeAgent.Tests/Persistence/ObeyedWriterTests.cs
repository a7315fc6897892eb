using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Core;
using NodeAgent.Persistence;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Persistence;

public sealed class ObeyedWriterTests : IDisposable
{
    private readonly Box _box = new();

    /// <summary>One answer lost, and the core waits for it for ever and raises nothing any more.</summary>
    [Fact]
    public async Task The_answer_of_the_disk_reaches_an_inbox_that_was_full()
    {
        var inbox = AgentLoop.CreateInbox();
        for (var i = 0; i < AgentLoop.InboxSize; i++) Assert.True(inbox.Writer.TryWrite(new Input.VipChanged(default, GroupName.Parse("web"), true)));
        await using var writer = new ObeyedWriter(new ObeyedStore(_box.Directory), _box.Clock, inbox.Writer);

        writer.Save(1, ImmutableSortedDictionary<GroupName, ObeyedRecord>.Empty);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!File.Exists(_box.At("obeyed.json"))) await Task.Delay(5, deadline.Token);
        // nothing of what was said before gave way
        for (var i = 0; i < AgentLoop.InboxSize; i++) Assert.IsType<Input.VipChanged>(await inbox.Reader.ReadAsync(deadline.Token));
        Assert.Equal(1, Assert.IsType<Input.Persisted>(await inbox.Reader.ReadAsync(deadline.Token)).Request);
    }

    [Fact]
    public void A_writer_of_levels_is_told_that_the_inbox_is_full()
    {
        var inbox = AgentLoop.CreateInbox();
        while (inbox.Reader.Count < AgentLoop.InboxSize) Assert.True(inbox.Writer.TryWrite(new Input.Tick(default)));
        Assert.False(inbox.Writer.TryWrite(new Input.Tick(default)));
    }

    public void Dispose() => _box.Dispose();
}
