using System.Collections.Concurrent;
using Lab;
using Lab.Native;
using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>A few segments beside each other: stories mostly wait, so several are played at once.</summary>
internal sealed class Segments : IAsyncDisposable
{
    private readonly ConcurrentQueue<Segment> _free = new();
    private readonly SemaphoreSlim _turn = new(0);
    private int _built;

    /// <exception cref="LabError">Namespaces cannot be made here; then nothing is left over.</exception>
    public static async Task<Segments> Build(int count)
    {
        if (Libc.EffectiveUser() != 0) throw new LabError("the stories of keepalived are played in network namespaces: run them as root");
        var segments = new Segments();
        try
        {
            while (segments._built < count)
            {
                segments.Give(await Segment.Build());
                segments._built++;
            }
            return segments;
        }
        catch
        {
            await segments.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="StoryStuckException">With what the daemons said.</exception>
    public async Task<Outcome> Play(Story story, TimeSpan advert)
    {
        await _turn.WaitAsync();
        if (!_free.TryDequeue(out var segment)) throw new InvalidOperationException("more turns than segments");
        try
        {
            var stage = new RealStage(segment);
            try
            {
                return await StoryRunner.Play(story, stage, advert);
            }
            catch (StoryStuckException stuck)
            {
                throw new StoryStuckException($"{stuck.Message}\n{stage.Logs()}");
            }
        }
        finally
        {
            Give(segment);
        }
    }

    private void Give(Segment segment)
    {
        _free.Enqueue(segment);
        _turn.Release();
    }

    /// <summary>Waits for the stories that are still on.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _built; i++) await _turn.WaitAsync();
        while (_free.TryDequeue(out var segment)) await segment.DisposeAsync();
        _turn.Dispose();
    }
}
