using System.Diagnostics;
using System.Globalization;
using System.Text;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// The one verb of the root helper: has keepalived write its JSON, and answers what may be told of it. Root is needed twice, to signal
/// keepalived and to read its file, and for nothing else; nothing of the request but the verb is used.
/// </summary>
internal sealed class DumpHelper(string pidFile, string dumpFile, string keepalived, TimeProvider time)
{
    public const string Verb = "dump";
    public const int MostRequest = 64;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    /// <returns>"ok " and the dump, or "error " and why; one line without its end.</returns>
    public async Task<byte[]> Answer(string request, CancellationToken stopping)
    {
        if (request != Verb) return Error($"unknown verb; this helper knows '{Verb}'");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(s_deadline);
        try
        {
            if (FindKeepalived() is not (> 1 and var pid)) return Error($"no keepalived runs by {pidFile}");
            if (await SignalNumber(patience.Token).ConfigureAwait(false) is not { } signal) return Error($"'{keepalived} --signum=JSON' gave no number: this keepalived writes no JSON");
            var before = DumpFile.Take(dumpFile).Written;
            var sentAt = time.GetTimestamp();
            if (Libc.Kill(pid, signal) != 0) return Error($"cannot signal keepalived: {Libc.LastError()}");
            return await Written(before, sentAt, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Error("keepalived did not write its dump in time");
        }
    }

    private int? FindKeepalived()
    {
        try
        {
            var text = File.ReadAllText(pidFile).Trim();
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 1) return null;
            // a pid file outlives its process, and the number comes back on another
            return File.ReadAllText($"/proc/{pid}/comm").Trim() == KeepalivedWatch.Comm ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>keepalived itself says which real-time signal it is: the number is the C library's affair.</summary>
    private async Task<int?> SignalNumber(CancellationToken stopping)
    {
        var start = new ProcessStartInfo(keepalived, ["--signum=JSON"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start);
            if (process is null) return null;
            try
            {
                var text = await process.StandardOutput.ReadToEndAsync(stopping).ConfigureAwait(false);
                await process.WaitForExitAsync(stopping).ConfigureAwait(false);
                return int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 64 ? number : null;
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private async Task<byte[]> Written(DateTimeOffset before, long sentAt, CancellationToken stopping)
    {
        while (true)
        {
            var read = DumpFile.Take(dumpFile);
            // written in place and piece by piece: whole, and newer than what lay there
            if (read.Bytes is not null && read.Written != before && DumpJson.Parse(read.Bytes) is { } instances)
                return [.. "ok "u8, .. DumpJson.Write(instances)];
            if (time.GetElapsedTime(sentAt) > s_deadline) return Error("keepalived did not write its dump in time");
            await Task.Delay(s_look, time, stopping).ConfigureAwait(false);
        }
    }

    private static byte[] Error(string reason) => Encoding.UTF8.GetBytes("error " + reason);
}
