using System.Buffers;
using System.Net.Sockets;
using NodeAgent.Configuration;

namespace NodeAgent.Keepalived;

/// <summary>The dump from the file or from the helper. What is older than 30 s is not told: a counter that stands still is not a quiet one.</summary>
internal sealed class KeepalivedDump(KeepalivedOptions options, TimeProvider time) : IKeepalivedDump
{
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(30);
    private const int Attempts = 3;

    private IReadOnlyList<VrrpDump>? _last;
    private long? _lastAt;
    private long? _askedAt;

    public async ValueTask<DumpSeen> Look(CancellationToken stopping) => options.Dump switch
    {
        DumpSource.File => await Read(stopping).ConfigureAwait(false),
        DumpSource.Helper => await Ask(stopping).ConfigureAwait(false),
        _ => default,
    };

    private async ValueTask<DumpSeen> Read(CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            var read = DumpFile.Take(options.DumpFile);
            if (read.Bytes is null) return default;
            // the file's time is a wall clock's; a clock that was set back must not make an old dump young
            var age = time.GetUtcNow() - read.Written;
            if (age > Fresh || age < -Fresh) return new DumpSeen(null, age.Duration());
            if (DumpJson.Parse(read.Bytes) is { } instances) return new DumpSeen(instances, age > TimeSpan.Zero ? age : TimeSpan.Zero);
            if (attempt == Attempts) return new DumpSeen(null, age.Duration());
            await Task.Delay(s_again, time, stopping).ConfigureAwait(false);
        }
    }

    private async ValueTask<DumpSeen> Ask(CancellationToken stopping)
    {
        if (_askedAt is not { } asked || time.GetElapsedTime(asked) >= AskEvery)
        {
            _askedAt = time.GetTimestamp();
            if (await Answer(stopping).ConfigureAwait(false) is { } instances) (_last, _lastAt) = (instances, time.GetTimestamp());
        }
        if (_lastAt is not { } at) return default;
        var age = time.GetElapsedTime(at);
        return new DumpSeen(age <= Fresh ? _last : null, age);
    }

    private async ValueTask<IReadOnlyList<VrrpDump>?> Answer(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(s_deadline);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.HelperSocket), patience.Token).ConfigureAwait(false);
            await socket.SendAsync("dump\n"u8.ToArray(), patience.Token).ConfigureAwait(false);
            var answer = new ArrayBufferWriter<byte>(4096);
            while (answer.WrittenCount <= DumpJson.MostBytes)
            {
                var read = await socket.ReceiveAsync(answer.GetMemory(4096), patience.Token).ConfigureAwait(false);
                if (read == 0) break;
                answer.Advance(read);
            }
            return answer.WrittenSpan.StartsWith("ok "u8) ? DumpJson.Parse(answer.WrittenMemory[3..]) : null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
