using System.Net;
using Demo.Running;

namespace Demo.Commands;

/// <summary>The demo with its page, until it is ended.</summary>
internal sealed class PageRun(TextWriter output, IPEndPoint listen, bool verbose)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public async Task<int> Run(CancellationToken stopping)
    {
        await using var arena = new Arena(TimeProvider.System, verbose);
        await using var front = new FrontHost(listen, arena.Panel, arena.Story, arena);
        await front.Start(stopping);
        output.WriteLine($"The page is at {front.Address}");
        try
        {
            await arena.Start(s_patience, stopping);
            var picture = await arena.Look();
            var holders = string.Join(", ", picture.World.Groups.Select(g => $"{g.Name} is on {string.Join(" and ", g.Holders)}"));
            output.WriteLine($"Armed: {holders}. Break something there; Ctrl-C ends it.");
            await arena.Running.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // it was ended
        }
        finally
        {
            await front.Stop();
        }
        return DemoCommand.Done;
    }
}
