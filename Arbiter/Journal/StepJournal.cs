using Arbiter.Core;

namespace Arbiter.Journal;

/// <summary>Each step that changed something as one structured line: the input as the stories of the tests write it, the row, the reason, the effects.</summary>
internal sealed partial class StepJournal(ILogger<StepJournal> log)
{
    public void Write(GroupState before, Input input, Step step)
    {
        if (!log.IsEnabled(LogLevel.Information)) return;
        // a request for reports is made often and decides nothing
        var effects = step.Effects.Where(e => e is not Effect.RequestReport and not Effect.Say).Select(InputLine.Of).ToArray();
        var held = before.Decision.Would is null != step.Decision.Would is null;
        if (effects.Length == 0 && !held && before.Decision.Row == step.Decision.Row && before.Assignment?.Epoch == step.State.Assignment?.Epoch) return;
        Stepped(log, step.State.Rules.Group.Value, InputLine.Of(input), step.Decision.Row, step.Decision.Sentence, step.Decision.Would,
            string.Join("; ", effects), string.Join("; ", step.Decision.Candidates.Select(c => $"{c.Node} {c.Verdict}")));
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "{Group}: {Input} => {Row}: {Because} [{Would}] {Effects} ({Candidates})")]
    private static partial void Stepped(ILogger log, string group, string input, string row, string because, string? would, string effects, string candidates);
}
