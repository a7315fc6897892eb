namespace Arbiter.History;

internal enum Way { Read, Write }

/// <summary>How a server does, from whatever was last asked of it; a change is one log line.</summary>
internal sealed partial class ServerRecord(IStreamServer server, ILogger log)
{
    private readonly Lock _gate = new();
    /// <summary>Rights may allow the one and not the other.</summary>
    private readonly StreamTrouble?[] _troubles = new StreamTrouble?[2];
    private HistoryServer _now = new(server.Address, "starting", null, 0);

    public IStreamServer Server => server;

    public HistoryServer Now
    {
        get { lock (_gate) return _now; }
    }

    public void Good(Way way) => Become(way, null);

    public void Bad(Way way, StreamTrouble trouble) => Become(way, trouble);

    public void Miss(long entries)
    {
        if (entries == 0) return;
        lock (_gate) _now = _now with { Missing = _now.Missing + entries };
        Missed(log, server.Address, entries);
    }

    private void Become(Way way, StreamTrouble? trouble)
    {
        string before, state;
        StreamTrouble? worst;
        lock (_gate)
        {
            _troubles[(int)way] = trouble;
            worst = _troubles[(int)Way.Write] ?? _troubles[(int)Way.Read];
            (before, state) = (_now.State, worst?.State ?? "ok");
            _now = _now with { State = state, Detail = worst?.Message };
        }
        if (before == state) return;
        if (worst is null) Writes(log, server.Address);
        else Fails(log, server.Address, state, worst.Message);
    }

    [LoggerMessage(EventId = 2501, Level = LogLevel.Information, Message = "History on {Server}: ok")]
    private static partial void Writes(ILogger log, string server);

    [LoggerMessage(EventId = 2502, Level = LogLevel.Warning, Message = "History on {Server}: {State}: {Detail}. Nothing else depends on it; docs/history.md says what to do")]
    private static partial void Fails(ILogger log, string server, string state, string detail);

    [LoggerMessage(EventId = 2503, Level = LogLevel.Warning, Message = "History on {Server}: {Entries} entries will not be written there, it was away for too long; other servers have them")]
    private static partial void Missed(ILogger log, string server, long entries);
}
