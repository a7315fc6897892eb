namespace World.Stories;

/// <summary>Plays a story on a stage, step by step, and says how it ended.</summary>
public static class StoryRunner
{
    /// <summary>How long an <c>until</c> waits: several elections, and a start of a process on a machine that is busy.</summary>
    private const double PatienceAdverts = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="advert"><c>advert_int</c> of every node: 1 s (VRRPv2) or 100 ms (VRRPv3).</param>
    /// <exception cref="StoryStuckException">A node did not become MASTER where the story says so.</exception>
    public static async ValueTask<Outcome> Play(Story story, IStage stage, TimeSpan advert)
    {
        await stage.Begin(story.Setup, advert);
        var mark = stage.Now;
        for (var i = 0; i < story.Steps.Length; i++)
        {
            switch (story.Steps[i])
            {
                case StoryStep.Mark: mark = stage.Now; break;
                case StoryStep.Wait wait: await stage.Wait(wait.Time); break;
                case StoryStep.WaitAdverts wait: await stage.Wait(wait.Count * advert); break;
                case StoryStep.UntilMaster until:
                    if (!await stage.UntilMaster(until.Node, Patience + PatienceAdverts * advert))
                        throw new StoryStuckException($"{story.Name}: {until.Node} did not become the only MASTER (step {i + 1} of {story.Steps.Length})");
                    break;
                case var step: await stage.Act(step); break;
            }
        }
        return Outcome.Of(stage.Sightings, mark, stage.Now);
    }
}

/// <summary>A story came to a step that waits for something that did not happen.</summary>
public sealed class StoryStuckException(string message) : Exception(message);
