using System.Globalization;

namespace Simulation.Cluster;

/// <summary>The figures that are printed after many seeds.</summary>
internal sealed class ClusterTally
{
    private readonly SortedDictionary<ClusterTheme, (double Served, int Seeds)> _themes = [];
    private readonly long[] _faults = new long[Enum.GetValues<ClusterFault>().Length];
    private long _seeds, _events, _steps, _messages, _orders, _assignments, _recorded, _delivered, _persons;
    private TimeSpan _time;

    public void Add(ClusterResult r)
    {
        var f = r.Figures;
        (_seeds, _events, _steps, _messages, _orders) = (_seeds + 1, _events + r.Events, _steps + f.Steps, _messages + f.RegisterMessages, _orders + f.Orders);
        (_assignments, _recorded, _delivered) = (_assignments + f.Assignments, _recorded + f.Recorded, _delivered + f.Delivered);
        for (var i = 0; i < _faults.Length; i++) _faults[i] += f.Faults[i];
        _persons += r.NeedsPerson ? 1 : 0;
        _time += r.Mix.Length;
        var (served, seeds) = _themes.GetValueOrDefault(r.Mix.Theme);
        _themes[r.Mix.Theme] = (served + f.Served, seeds + 1);
    }

    public long Seeds => _seeds;

    /// <summary>Faults that no run met.</summary>
    public IEnumerable<ClusterFault> Unmet => Enum.GetValues<ClusterFault>().Where(f => _faults[(int)f] == 0);

    public string Say(TimeSpan took) => string.Create(CultureInfo.InvariantCulture,
        $"whole system: {_seeds} seeds, {_time.TotalHours:0} simulated hours in {took.TotalSeconds:0} s ({_time.TotalHours / took.TotalMinutes:0.0} hours a minute), {_faults.Sum()} faults, {_steps / 1e6:0.0} million turns of agents, "
        + $"{_messages / 1e6:0.0} million register messages, {_orders} orders, {_assignments} assignments, {_recorded} events recorded, {_delivered} delivered, {_persons} runs ended empty and waited for a person\n"
        + $"clients were served: {string.Join(", ", _themes.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value.Served / t.Value.Seeds:P1}")))}");
}
