namespace World.Vrrp.Instance;

/// <summary>The times of the protocol, in keepalived's own whole microseconds (include/vrrp.h, VRRP_TIMER_SKEW_CALC and VRRP_MS_DOWN_TIMER).</summary>
internal static class VrrpTimers
{
    /// <summary><c>down_timer_adverts</c>: RFC 3768 6.1 and RFC 5798 6.1 say 3, and so does keepalived by default.</summary>
    private const int DownTimerAdverts = 3;

    private static readonly TimeSpan Hundredth = TimeSpan.FromMilliseconds(10);

    public static readonly TimeSpan LongestAdvert3 = 4095 * Hundredth;

    /// <summary>
    /// <c>advert_int</c> as it is used: version 2 carries whole seconds up to 255, version 3 hundredths up to 40.95 s; anything else is
    /// rounded or limited (vrrp_complete_instance).
    /// </summary>
    public static TimeSpan Advert(VrrpInstanceOptions options)
    {
        var (unit, most) = options.Version == 2 ? (TimeSpan.FromSeconds(1), 255) : (Hundredth, 4095);
        var whole = (options.Advert.Ticks + unit.Ticks / 2) / unit.Ticks;
        return unit * Math.Clamp(whole, 1, most);
    }

    /// <summary>
    /// How long a BACKUP waits after an advert of priority 0. Version 2: (256 - priority) / 256 of a second, whatever the interval is
    /// (RFC 3768 6.1). Version 3: that part of the master's interval (RFC 5798 6.1).
    /// </summary>
    public static TimeSpan Skew(int version, int priority, TimeSpan masterAdvert) => Microseconds(version == 2
        ? (256 - priority) * 1_000_000L / 256
        : (256 - priority) * (masterAdvert.Ticks / Hundredth.Ticks) * 625 / 16);

    /// <summary>Master_Down_Interval: how long a BACKUP waits for the next advert.</summary>
    public static TimeSpan Down(int version, int priority, TimeSpan masterAdvert) => DownTimerAdverts * masterAdvert + Skew(version, priority, masterAdvert);

    private static TimeSpan Microseconds(long count) => new(count * TimeSpan.TicksPerMicrosecond);
}
