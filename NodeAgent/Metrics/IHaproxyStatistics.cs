namespace NodeAgent.Metrics;

/// <summary>haproxy's statistics as its CSV has them. Whoever keeps a snapshot for a probe may answer from it.</summary>
internal interface IHaproxyStatistics
{
    /// <summary>Rows by the header's names; null when haproxy does not answer, or the newest snapshot is too old to be of now.</summary>
    public ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>?> Rows(CancellationToken stopping);
}
