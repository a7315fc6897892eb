using Contracts.Bus;

namespace World.Hosts;

/// <summary>Rings when there is something to read on a link. Rings once, until it is armed again.</summary>
internal sealed class LinkBell(ISteppedLink link, Action ring)
{
    private volatile bool _armed;

    public ISteppedLink Link => link;

    public void Arm()
    {
        if (_armed) return;
        _armed = true;
        var waiting = link.Events.WaitToReadAsync().GetAwaiter();
        if (waiting.IsCompleted) Rang();
        else waiting.UnsafeOnCompleted(Rang);
    }

    private void Rang()
    {
        _armed = false;
        ring();
    }
}
