using Lab.Measuring;

namespace EndToEnd.Stage;

/// <summary>One story after another on the one lab. When a story fails, the last words of all daemons are with it.</summary>
[Collection(OneLab.Name)]
public abstract class Story(LabFixture lab, ITestOutputHelper output) : IAsyncDisposable
{
    /// <summary>A takeover under a fence takes about 12 ms; the margin is for a machine that runs everything on two busy processors.</summary>
    protected const double FencePathMs = 300;
    private const int LastLines = 40;

    private protected Scene Scene { get; } = lab.Scene;

    /// <summary>With the story, and at once for who watches the run.</summary>
    private protected void Tell(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }

    /// <summary>Nothing moved and nobody noticed.</summary>
    private protected void Quiet(Seen seen, string what)
    {
        Tell($"{what}: {seen}");
        Assert.True(seen.Moves.Count == 0, $"{what}: the VIP moved: {seen}");
        Assert.True(seen.Outage.Failed == 0, $"{what}: requests failed: {seen}");
    }

    private protected void Moved(Seen seen, double mostMs, string what)
    {
        Tell($"{what}: {seen}");
        Assert.True(seen.Moves.Count == 1, $"{what}: one move expected: {seen}");
        Assert.True(seen.Outage.Recovered, $"{what}: service did not come back: {seen}");
        Assert.True(seen.Outage.Milliseconds <= mostMs, $"{what}: at most {mostMs} ms expected: {seen}");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed) output.WriteLine(Scene.LastWords(LastLines));
        return ValueTask.CompletedTask;
    }

    private protected static long Now => Clock.Now;
}
