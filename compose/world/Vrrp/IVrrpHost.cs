using NodeAgent.Core;

namespace World.Vrrp;

/// <summary>What a keepalived uses of the host it runs on. Called on the world's one thread, and answers at once.</summary>
public interface IVrrpHost
{
    /// <summary>The text of a file; null when it is missing.</summary>
    public string? ReadFile(string path);

    /// <summary>What <c>init_file</c> does at a start.</summary>
    public void WriteFile(string path, string text);

    /// <summary>Multicasts an advertisement; the segment decides who hears it, and when.</summary>
    public void Send(Advert advert);

    /// <summary>Puts the instance's addresses on the interface.</summary>
    public void AddVips(string instance);

    public void RemoveVips(string instance);

    /// <summary>One gratuitous ARP for each address of the instance: clients send to this host from now on.</summary>
    public void Announce(string instance);

    /// <summary>A line of the notify FIFO.</summary>
    public void Notify(string instance, NotifyState state, int priority);
}

/// <summary>A VRRP advertisement as it crosses the segment (RFC 3768, RFC 5798).</summary>
/// <param name="Source">The sender's primary address as a number: at equal priority the higher one wins.</param>
/// <param name="Priority">0: the sender gives up.</param>
public sealed record Advert(int Vrid, long Source, int Priority, int Version, TimeSpan Interval);
