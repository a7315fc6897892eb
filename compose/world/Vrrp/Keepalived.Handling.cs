using System.Collections.Immutable;
using World.Vrrp.Instance;

namespace World.Vrrp;

/// <summary>What the VRRP process does with what it finds, and how that reaches the host.</summary>
public sealed partial class Keepalived
{
    private bool _knownLink = true;
    private bool _wentDown;

    private void Handle(Item item)
    {
        if (item == Item.Exit) (_phase, Frozen) = (Phase.Off, false);
        else if (_phase == Phase.Stopping) return;
        else if (item == Item.Begin) BeginRunning();
        else if (item == Item.Terminate) Terminate();
        else if (item == Item.Reload) BeginReload();
        else if (item == Item.Link) LookAtLink();
        else if (item is Item.Packet packet) GiveAll(packet.Advert);
        else if (item is Item.File file) ReadAgain(file.Path);
    }

    private void BeginRunning()
    {
        foreach (var slot in _slots) InitialiseFiles(slot, reload: false);
        (_phase, _knownLink, _wentDown) = (Phase.Running, _link, false);
        foreach (var slot in _slots) Give(slot, new VrrpInput.Started(Numbers(slot), _link));
    }

    private void Terminate()
    {
        _phase = Phase.Stopping;
        foreach (var slot in _slots) Give(slot, new VrrpInput.Terminated());
        foreach (var slot in _slots) Give(slot, new VrrpInput.Stopped());
        Keep(_ => false);
        Post(Item.Exit, _latency.Stop);
    }

    private void BeginReload()
    {
        foreach (var slot in _slots) Give(slot, new VrrpInput.ReloadAsked());
        var idle = _steps.Count == 0;
        _steps.Enqueue((null, null));
        if (idle) _freeAt = time.Now + _latency.Reload;
    }

    /// <summary>Sockets and watches are made anew, so what waited in them is gone.</summary>
    private void FinishReload()
    {
        foreach (var slot in _slots) InitialiseFiles(slot, reload: true);
        Keep(i => i is Item.Signal && i != Item.Link);
        (_knownLink, _wentDown) = (_link, false);
        foreach (var slot in _slots) Give(slot, new VrrpInput.Reloaded(Numbers(slot), _link));
    }

    /// <summary>netlink tells every change; a carrier that was lost and came back is both.</summary>
    private void LookAtLink()
    {
        var (down, up) = (_knownLink && _wentDown, _link && (_wentDown || !_knownLink));
        (_knownLink, _wentDown) = (_link, false);
        foreach (var slot in _slots)
        {
            if (down) Give(slot, new VrrpInput.Link(false));
            if (up) Give(slot, new VrrpInput.Link(true));
        }
    }

    private void GiveAll(Advert advert)
    {
        foreach (var slot in _slots)
            if (slot.Instance.Options.Vrid == advert.Vrid) Give(slot, new VrrpInput.Heard(advert));
    }

    private void ReadAgain(string path)
    {
        // "Invalid number - ignoring": everything stays
        if (TrackNumber.Parse(host.ReadFile(path)) is not { } number) return;
        foreach (var slot in _slots)
        {
            var files = slot.Instance.Options.TrackFiles;
            for (var i = 0; i < files.Count; i++)
                if (files[i].Path == path) Give(slot, new VrrpInput.FileRead(i, number));
        }
    }

    /// <summary>init_file: a missing file is written always, one that is there only at a start and with <c>overwrite</c>.</summary>
    private void InitialiseFiles(Slot slot, bool reload)
    {
        foreach (var file in slot.Instance.Options.TrackFiles)
            if (file.InitFile is { } value && ((file.Overwrite && !reload) || host.ReadFile(file.Path) is null)) host.WriteFile(file.Path, $"{value}\n");
    }

    private ImmutableArray<long> Numbers(Slot slot) => [.. slot.Instance.Options.TrackFiles.Select(f => TrackNumber.Parse(host.ReadFile(f.Path)) ?? 0)];

    private void Do(VrrpInstance instance, VrrpEffect effect)
    {
        var name = instance.Options.Name;
        switch (effect)
        {
            case VrrpEffect.Send send when _link: host.Send(instance.Packet(send.Priority)); break;
            // Without a carrier the kernel drops it
            case VrrpEffect.Send: break;
            case VrrpEffect.AddVips: host.AddVips(name); break;
            case VrrpEffect.RemoveVips: host.RemoveVips(name); break;
            case VrrpEffect.Announce when _link: host.Announce(name); break;
            case VrrpEffect.Announce: break;
            case VrrpEffect.Notify notify: host.Notify(name, notify.State, notify.Priority); break;
            default: throw new ArgumentOutOfRangeException(nameof(effect), effect, "no such effect");
        }
    }
}
