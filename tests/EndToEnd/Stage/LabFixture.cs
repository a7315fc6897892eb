using System.Diagnostics;
using EndToEnd.Stage;
using Lab;

namespace EndToEnd;

/// <summary>All stories share one lab and follow each other: they shake the same machine.</summary>
[CollectionDefinition(Name)]
public sealed class OneLab : ICollectionFixture<LabFixture>
{
    public const string Name = "one lab";
}

/// <summary>
/// Brings the lab up once, through the same wrapper that people use, and takes it away at the end, whatever happened: a guard of its own
/// session does it when this process is killed.
/// </summary>
public class LabFixture : IAsyncLifetime
{
    /// <summary>Shorter than by default, because the stories wait for it dozens of times; the leader's own calm of 5 s stays.</summary>
    private const string Rearm = "3s";
    private const string DefaultPrefix = "e2e";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    /// <summary><c>LAB_ADVERT=1s</c>: the interval at which a mistake costs most.</summary>
    public static bool SlowAdverts { get; } = Environment.GetEnvironmentVariable("LAB_ADVERT") == "1s";

    /// <summary><c>E2E_ALL=1</c>: also the variants that a run of every change leaves out, because they wait long.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("E2E_ALL") == "1";

    public static double AdvertMs => SlowAdverts ? 1000 : 100;

    /// <summary>How long a fence lasts that nobody renews.</summary>
    public static double FenceMs => Math.Max(2000, 4 * AdvertMs + 1000);

    private readonly LabPaths _paths;
    private readonly string[] _up;
    private readonly string _figures;
    private Process? _guard;
    private Scene? _scene;

    public LabFixture() : this("", "end-to-end.txt", "--advert", SlowAdverts ? "1s" : "100ms", "--rearm", Rearm)
    {
    }

    /// <param name="suffix">Added to the name of the lab, so that two are never taken for one.</param>
    /// <param name="figures">The file for the measured table, beside the programs.</param>
    /// <param name="up">What <c>lab up</c> is given.</param>
    protected LabFixture(string suffix, string figures, params string[] up)
    {
        _paths = LabPaths.Find((Environment.GetEnvironmentVariable("LAB_PREFIX") is { Length: > 0 } given ? given : DefaultPrefix) + suffix);
        (_up, _figures) = (up, figures);
    }

    internal Scene Scene => _scene ?? throw new InvalidOperationException("the lab is not up");

    public async ValueTask InitializeAsync()
    {
        await Down();
        _guard = Guard();
        await Wrapper(["up", .. _up]);
        _scene = new Scene(Laboratory.Open(_paths));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _scene?.Figures.Print(Path.Combine(_paths.Programs, "..", _figures));
        _scene?.Dispose();
        await Down();
        _guard?.Kill();
        _guard?.Dispose();
    }

    /// <summary>The guard of a run that was killed a moment ago may still be at it.</summary>
    private async Task Down()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Wrapper("down");
                return;
            }
            catch (LabError) when (attempt < 5)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    private Process Guard()
    {
        const string watch = "while kill -0 \"$1\"; do sleep 1; done; LAB_PREFIX=$2 LAB_SKIP_BUILD=1 exec \"$3/lab\" down";
        var start = new ProcessStartInfo("setsid", ["bash", "-c", $"exec >/dev/null 2>&1; {watch}", "guard", $"{Environment.ProcessId}", _paths.Prefix, _paths.Home]);
        return Process.Start(start)!;
    }

    private async Task Wrapper(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_paths.Home, "lab"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LAB_PREFIX"] = _paths.Prefix;
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Longest);
        var said = process.StandardError.ReadToEndAsync(deadline.Token);
        var printed = process.StandardOutput.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new LabError($"'lab {string.Join(' ', arguments)}' did not end within {Longest.TotalMinutes} min");
        }
        var text = await said + await printed;
        if (process.ExitCode != 0) throw new LabError($"'lab {string.Join(' ', arguments)}' ended with {process.ExitCode}: {text.Trim()}");
        Console.WriteLine(text.Trim());
    }
}
