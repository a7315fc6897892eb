using System.Globalization;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>A server as the scripts know it.</summary>
internal interface IScriptServer
{
    public bool Aof { set; }
    public Reply Ask(Request request);
    public void Flush();
    public void Restart();
    public Action Snapshot();
}

internal sealed class ModelServer(string name) : IScriptServer
{
    private readonly AcceptorModel _model = new(name);

    public bool Aof { set => _model.Aof = value; }

    public Reply Ask(Request request) => _model.Ask(request);

    public void Flush() => _model.Flush();

    public void Restart() => _model.Restart();

    public Action Snapshot() => _model.Snapshot();
}

/// <summary>A real Redis, with its run ids and tickets counted as the model counts its own, so that the recorded answers are the same.</summary>
internal sealed class RealServer : IScriptServer
{
    private readonly string _name;
    private readonly RedisServers.Server _server;
    private readonly IAcceptor _acceptor;
    private readonly List<string> _runs = [];
    private readonly List<string> _tickets = [];
    private bool _aof;

    public RealServer(string name, RedisServers.Server server, IAcceptor acceptor)
    {
        (_name, _server, _acceptor) = (name, server, acceptor);
        Say("FLUSHALL");
        Awake();
    }

    public bool Aof { set => _aof = value; }

    public Reply Ask(Request request)
    {
        // the data survives every restart here; whether the file is on is only asked in this one question
        var off = request is Request.Adopt && !_aof;
        if (off) Say("CONFIG SET appendonly no");
        var reply = Send(request is Request.Probe probe ? probe with { Ticket = Real(probe.Ticket) } : request);
        if (off)
        {
            Say("CONFIG SET appendonly yes");
            while (!_server.Info("persistence").GetAwaiter().GetResult().Contains("aof_rewrite_in_progress:0", StringComparison.Ordinal)) Say("PING");
        }
        return reply with { RunId = Run(reply.RunId), Ticket = Ticket(reply.Ticket), Latency = null };
    }

    public void Flush() => Say("FLUSHALL");

    public void Restart()
    {
        _server.Restart().GetAwaiter().GetResult();
        Awake();
    }

    /// <summary>The keys as they are, put back under the same life: what a snapshot of the running machine does.</summary>
    public Action Snapshot()
    {
        foreach (var key in new[] { "reg", "probe" }) Say($"COPY vip:chengdu:{key} kept:{key} REPLACE");
        return () =>
        {
            Say("DEL vip:chengdu:reg vip:chengdu:probe");
            foreach (var key in new[] { "reg", "probe" }) Say($"COPY kept:{key} vip:chengdu:{key}");
        };
    }

    private void Awake()
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            var reply = Send(new Request.Read(Ballot.None));
            if (reply.Answer is Answer.None) continue;
            Run(reply.RunId);
            return;
        }
        throw new InvalidOperationException($"{_name} does not answer");
    }

    private Reply Send(Request request)
    {
        var reply = _acceptor.Ask(request, default).GetAwaiter().GetResult();
        for (var tries = 0; tries < 200 && reply.Error is "unreachable"; tries++)
        {
            Say("PING");
            Thread.Yield();
            reply = _acceptor.Ask(request, default).GetAwaiter().GetResult();
        }
        return reply;
    }

    private void Say(string command) => _server.Say(command).GetAwaiter().GetResult();

    private string Run(string run)
    {
        if (run.Length == 0) return "";
        if (!_runs.Contains(run)) _runs.Add(run);
        return $"{_name}-run{(_runs.IndexOf(run) + 1).ToString(CultureInfo.InvariantCulture)}";
    }

    private string Ticket(string ticket)
    {
        if (ticket.Length == 0) return "";
        if (!_tickets.Contains(ticket)) _tickets.Add(ticket);
        return $"{Run(ticket[..ticket.IndexOf(':', StringComparison.Ordinal)])}:{(_tickets.IndexOf(ticket) + 1).ToString(CultureInfo.InvariantCulture)}";
    }

    private string Real(string ticket) => _tickets.Find(t => Ticket(t) == ticket) ?? ticket;
}
