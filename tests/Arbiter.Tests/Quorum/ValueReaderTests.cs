using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

public sealed class ValueReaderTests
{
    private static string Text(long seq) => new RegisterValue
    {
        Cluster = "c", Gen = 1, Cfg = ImmutableSortedDictionary<string, string>.Empty, Leader = null, Term = 1, Seq = seq, LeaseMs = 6000, Rev = 1,
        Groups = ImmutableSortedDictionary<string, GroupEntry>.Empty, Outbox = Outbox.Empty,
    }.ToJson();

    [Fact]
    public void The_same_text_is_read_once_also_when_another_server_sent_it()
    {
        var reader = new ValueReader();
        Assert.True(reader.TryRead(Text(1), out var first, out _));
        Assert.True(reader.TryRead(Text(1), out var again, out var reason));
        Assert.Same(first, again);
        Assert.Equal("", reason);
    }

    [Fact]
    public void A_text_that_is_no_register_stays_none_and_says_why_each_time()
    {
        var reader = new ValueReader();
        foreach (var _ in new[] { 1, 2 })
        {
            Assert.False(reader.TryRead("{", out var value, out var reason));
            Assert.Null(value);
            Assert.StartsWith("the value is no register", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_forgotten_is_read_anew_and_no_text_is_taken_for_another()
    {
        var reader = new ValueReader(2);
        foreach (var seq in new long[] { 1, 2, 3, 1, 3, 2, 2 })
        {
            Assert.True(reader.TryRead(Text(seq), out var value, out _));
            Assert.Equal(seq, value.Seq);
        }
    }
}
