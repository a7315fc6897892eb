namespace Arbiter.Intake;

/// <summary>Lets a rate through, with a burst. Not thread safe: one reader owns it.</summary>
internal sealed class TokenBucket(double perSecond, double burst)
{
    private readonly double _burst = burst;
    private double _tokens = burst;
    private TimeSpan _at;

    public bool Take(TimeSpan now)
    {
        _tokens = Math.Min(_burst, _tokens + Math.Max(0, (now - _at).TotalSeconds) * perSecond);
        _at = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
