using Lab.Native;

namespace Lab.Hosts;

/// <summary>A thread of this process that stands in a host's network for its whole life.</summary>
internal static class NetworkThread
{
    /// <summary>Runs <paramref name="work"/> there; when the network cannot be entered nothing runs and the thread ends.</summary>
    public static Thread Start(Host host, string name, Action work)
    {
        var thread = new Thread(() =>
        {
            using var network = File.OpenHandle($"/proc/{host.Init}/ns/net");
            if (Libc.SetNamespace(network, Libc.CloneNewNet) == 0) work();
        })
        { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }
}
