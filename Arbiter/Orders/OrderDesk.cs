using Arbiter.Quorum;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Orders;

/// <summary>
/// Keeps what each group wants of each node and sends it. The register is asked before every single publish whether this replica may
/// still speak, and the order carries the term in which the wish was made.
/// </summary>
internal sealed partial class OrderDesk : IOrders
{
    /// <summary>How long an agent may obey an order, from the nonce it echoes: longer than a takeover (6.3 s) and three refreshes.</summary>
    public const long ValidMs = 12_000;
    private static readonly TimeSpan ReportFor = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<NodeId, Desk> _desks = [];
    private readonly ClusterName _cluster;
    private readonly string _replica;
    private readonly IRegister _register;
    private readonly ISteeringLink _link;
    private readonly MessageCodec _codec;
    private readonly ProcessClock _clock;
    private readonly ILogger _log;
    private SpeakerToken _speaker;
    private long _seq;

    public OrderDesk(
        ClusterName cluster, string replica, KeyRing keys, IEnumerable<NodeId> nodes, IRegister register, ISteeringLink link, ProcessClock clock, ILogger<OrderDesk> log)
    {
        (_cluster, _replica, _register, _link, _clock, _log) = (cluster, replica, register, link, clock, log);
        _codec = new MessageCodec(cluster);
        foreach (var node in nodes.Distinct())
            _desks.Add(node, new Desk(new MessageSigner(keys.DeriveNode(node), Direction.Order)));
    }

    /// <summary>Sees each order that leaves, for a simulator.</summary>
    internal Action<Order>? Sent { get; init; }

    public void Want(SpeakerToken speaker, NodeId node, GroupName group, GroupOrder? wanted)
    {
        lock (_gate)
        {
            if (speaker < _speaker || !_desks.TryGetValue(node, out var desk)) return;
            if (speaker > _speaker)
            {
                (_speaker, _seq) = (speaker, 0);
                foreach (var d in _desks.Values) d.Groups.Clear();
            }
            if (wanted is null) desk.Groups.Remove(group);
            else desk.Groups[group] = wanted;
            // with nothing left there is nothing to say: the last order runs out by itself
            Send(node, desk);
        }
    }

    public void RequestReport(NodeId node)
    {
        lock (_gate)
        {
            if (!_desks.TryGetValue(node, out var desk)) return;
            desk.ReportUntil = _clock.Now + ReportFor;
            Send(node, desk);
        }
    }

    public void Heard(NodeId node, string process, string nonce)
    {
        lock (_gate)
        {
            if (_desks.TryGetValue(node, out var desk)) (desk.Process, desk.Nonce) = (process, nonce);
        }
    }

    public void Settled(LinkEvent.Sent sent)
    {
        // only these two say something about the receiver; the rest is the link's own trouble, and it says so
        if (sent.Envelope.Exchange != Routes.OrderExchange || sent.Outcome is not (SendOutcome.Confirmed or SendOutcome.Returned)) return;
        lock (_gate)
        {
            foreach (var (node, desk) in _desks)
            {
                if (Routes.Order(node) != sent.Envelope.RoutingKey) continue;
                var returned = sent.Outcome == SendOutcome.Returned;
                if (returned && !desk.Returned) NobodyListens(_log, node.Value);
                if (!returned && desk.Returned) ListensAgain(_log, node.Value);
                desk.Returned = returned;
                return;
            }
        }
    }

    public void Repeat()
    {
        lock (_gate)
        {
            foreach (var (node, desk) in _desks) Send(node, desk);
        }
    }

    /// <summary>Once a second: every order again, and who leads.</summary>
    public void Refresh()
    {
        Repeat();
        if (!_register.MaySpeak()) return;
        var status = _register.Status;
        var body = _codec.Encode(new LeaderAnnounced
        {
            V = IMessage.CurrentVersion,
            Cluster = _cluster,
            Leader = _replica,
            Generation = status.Generation,
            Term = status.Term,
        });
        _link.Publish(MessageSigner.Unsigned(Routes.TermExchange, Routes.TermKey, body));
    }

    private void Send(NodeId node, Desk desk)
    {
        if (desk.Groups.Count == 0 || desk.Nonce is null || desk.Process is null) return;
        try
        {
            var order = new Order
            {
                V = IMessage.CurrentVersion,
                Cluster = _cluster,
                Node = node,
                Process = desk.Process,
                Generation = _speaker.Generation,
                Term = _speaker.Term,
                Seq = ++_seq,
                Nonce = desk.Nonce,
                ValidMs = ValidMs,
                Report = _clock.Now < desk.ReportUntil,
                Groups = [.. desk.Groups.Values],
            };
            var envelope = desk.Signer.Sign(Routes.OrderExchange, Routes.Order(node), _codec.Encode(order));
            // last of all, so that no work stands between the answer and the publish
            var status = _register.Status;
            if (status.Generation != _speaker.Generation || status.Term != _speaker.Term || !_register.MaySpeak()) return;
            Sent?.Invoke(order);
            _link.Publish(envelope);
        }
        catch (ArgumentException e)
        {
            NotEncoded(_log, e, node.Value);
        }
    }

    private sealed class Desk(MessageSigner signer)
    {
        public MessageSigner Signer => signer;
        public SortedDictionary<GroupName, GroupOrder> Groups { get; } = [];
        public string? Process { get; set; }
        public string? Nonce { get; set; }
        public TimeSpan ReportUntil { get; set; } = TimeSpan.MinValue;
        public bool Returned { get; set; }
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "Orders to {Node} come back: its agent has no queue. Look at arbiter-agent there")]
    private static partial void NobodyListens(ILogger log, string node);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information, Message = "{Node} takes orders again")]
    private static partial void ListensAgain(ILogger log, string node);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Error, Message = "The order to {Node} cannot be written and was not sent; report this as a defect")]
    private static partial void NotEncoded(ILogger log, Exception e, string node);
}
