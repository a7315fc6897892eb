namespace NodeAgent.Probes;

/// <summary>haproxy's statistics from one stats socket, for whoever shows them.</summary>
internal interface IHaproxyStats
{
    /// <returns>null: nothing is known of now, because nothing was read yet or the newest reading is too old.</returns>
    public ValueTask<HaproxyStats?> Newest(CancellationToken stopping);
}

/// <summary>What haproxy said at one moment. Immutable; rows are cut from its bytes when they are asked for.</summary>
/// <param name="ReadAt">On the agent's monotonic clock.</param>
/// <param name="Table">null: haproxy did not answer with its statistics.</param>
internal sealed record HaproxyStats(TimeSpan ReadAt, HaproxyTable? Table)
{
    public bool Answers => Table is not null;

    public IEnumerable<HaproxyRow> Rows => Table?.Rows ?? [];
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
