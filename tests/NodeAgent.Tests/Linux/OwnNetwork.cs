using System.Runtime.InteropServices;

namespace NodeAgent.Tests.Linux;

/// <summary>
/// Runs code on a thread that has a network namespace of its own, with lo up. Threads and programs started there live in it too; the namespace
/// goes when the last of them ends.
/// </summary>
internal static partial class OwnNetwork
{
    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    public static void Run(Action body)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Unshare(0x40000000) != 0) throw new InvalidOperationException("unshare: " + Marshal.GetLastPInvokeErrorMessage() + " (these tests need root)");
                Box.Sh("ip link set lo up");
                body();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new Xunit.Sdk.XunitException(failure.ToString());
    }
}
