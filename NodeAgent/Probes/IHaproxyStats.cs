namespace NodeAgent.Probes;

/// <summary>A probe that reads haproxy's statistics and keeps the last ones for whoever shows them.</summary>
internal interface IHaproxyStats
{
    /// <summary>As last read; null before the first. It stays while haproxy does not answer: <see cref="HaproxyStats.ReadAt"/> tells its age.</summary>
    public HaproxyStats? Latest { get; }

    /// <summary>Whether the newest sample got an answer.</summary>
    public bool Answers { get; }
}

/// <summary>What haproxy said at one moment. Immutable; rows are cut from its bytes when they are asked for.</summary>
/// <param name="Probe">The name of the probe that read it.</param>
/// <param name="ReadAt">On the agent's monotonic clock.</param>
internal sealed record HaproxyStats(string Probe, TimeSpan ReadAt, HaproxyTable Table)
{
    public IEnumerable<HaproxyRow> Rows => Table.Rows;
}

/// <summary>What a row of the statistics is about (haproxy management guide, column "type").</summary>
internal enum HaproxyRowKind { Frontend, Backend, Server, Listener }

/// <summary>One row. Reading a field walks the row; take those you need once.</summary>
internal readonly struct HaproxyRow(HaproxyTable table, int start)
{
    /// <summary>The frontend's or backend's name.</summary>
    public string Proxy => this["pxname"];

    /// <summary>The server's name, or FRONTEND or BACKEND.</summary>
    public string Name => this["svname"];

    /// <summary><c>UP</c>, <c>UP 1/3</c>, <c>DOWN</c>, <c>DOWN (agent)</c>, <c>MAINT</c>, <c>DRAIN</c>, <c>NOLB</c>, <c>no check</c>, <c>OPEN</c>, ...</summary>
    public string Status => this["status"];

    /// <summary>null for a kind this program does not know.</summary>
    public HaproxyRowKind? Kind => table.Raw(start, "type") is [var digit and >= (byte)'0' and <= (byte)'3'] ? (HaproxyRowKind)(digit - '0') : null;

    /// <summary>Empty when there is no such column, or nothing in it.</summary>
    public string this[string column] => HaproxyTable.Text(table.Raw(start, column));

    public bool Is(string column, ReadOnlySpan<byte> value) => table.Raw(start, column).SequenceEqual(value);
}
