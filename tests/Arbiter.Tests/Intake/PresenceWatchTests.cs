using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Intake;
using Arbiter.Tests.Groups;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Intake;

public sealed class PresenceWatchTests
{
    [Fact]
    public async Task Only_the_connection_of_an_agent_of_ours_is_news_to_a_group()
    {
        var (presence, groups, log) = (new Broker(), new Posted(), new House.LinesSeen());
        using var logs = LoggerFactory.Create(l => l.AddProvider(log));
        using var watch = new PresenceWatch(presence, groups, new ProcessClock(TimeProvider.System), logs.CreateLogger<PresenceWatch>());
        presence.Say(new PresenceEvent.Unavailable("no plugin"), new PresenceEvent.Listening());
        foreach (var name in new[] { "arbiter/arb1/publish", "arbiter-agent/lb9/p1/publish", "arbiter-agent/lb1//publish", "rabbitmqctl", "", "arbiter-agent/lb1/p1/consume" })
            presence.Say(new PresenceEvent.ConnectionClosed(name));
        presence.End();
        await watch.Read(CancellationToken.None);

        var lost = Assert.IsType<Input.PresenceLost>(Assert.Single(groups.Inputs));
        Assert.Equal((NodeId.Parse("lb1"), "p1"), (lost.Node, lost.Process));
        var lines = log.Lines.ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Contains("no plugin", lines[0], StringComparison.Ordinal);
    }

    private sealed class Broker : IBrokerPresence
    {
        private readonly Channel<PresenceEvent> _events = Channel.CreateBounded<PresenceEvent>(64);
        public ChannelReader<PresenceEvent> Events => _events.Reader;
        public Task Run(CancellationToken stopping) => Task.CompletedTask;
        public void Say(params PresenceEvent[] said) => Array.ForEach(said, e => Assert.True(_events.Writer.TryWrite(e)));
        public void End() => _events.Writer.Complete();
    }

    private sealed class Posted : IGroups
    {
        public List<Input> Inputs { get; } = [];
        public bool Knows(NodeId node) => node == NodeId.Parse("lb1");
        public void Post(NodeId node, Input input) => Inputs.Add(input);
        public void Post(GroupName group, Input input) => Inputs.Add(input);
        public void PostAll(Input input) => Inputs.Add(input);
    }
}
