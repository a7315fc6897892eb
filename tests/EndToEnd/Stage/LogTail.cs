using System.Diagnostics;

namespace EndToEnd.Stage;

/// <summary>What a daemon writes to its log from the making of this on.</summary>
internal sealed class LogTail(string file)
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);
    private readonly long _from = File.Exists(file) ? new FileInfo(file).Length : 0;

    public IReadOnlyList<string> Lines
    {
        get
        {
            if (!File.Exists(file)) return [];
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Min(_from, stream.Length);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    public int Count(string text) => Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits for a line with the text and returns it; fails with what was said instead.</summary>
    public async Task<string> Says(string text, TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var lines = Lines;
            if (lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found) return found;
            if (clock.Elapsed > within) Assert.Fail($"'{text}' was not said within {within.TotalSeconds:0.#} s, but:\n{string.Join('\n', lines.TakeLast(30))}");
            await Task.Delay(PollEvery);
        }
    }
}
