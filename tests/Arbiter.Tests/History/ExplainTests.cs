using System.Text.Json;
using Arbiter.Api;
using Arbiter.Cli;
using Arbiter.Core;
using Arbiter.History;
using Arbiter.Tests.Core;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Tests.History;

/// <summary>
/// The decisions of the core's stories, told. <c>ARBITER_REWRITE=1</c> records anew: read the difference before committing it.
/// </summary>
public sealed class ExplainTests
{
    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("ARBITER_REWRITE") == "1";
    private static readonly GroupName Web = GroupName.Parse("web");

    [Theory]
    [InlineData("full-cycle.txt")]
    [InlineData("gateway-lost-by-holder.txt")]
    [InlineData("elected.txt")]
    [InlineData("initial.txt")]
    [InlineData("soft-move-lost.txt")]
    public void Each_decision_of_a_story_is_told_as_recorded(string name)
    {
        var told = new StringWriter();
        foreach (var view in Decisions(name))
        {
            ExplainText.Write(new Terminal(told, TextWriter.Null, colour: false), view);
            told.WriteLine();
        }
        Same(name, told.ToString());
    }

    [Fact]
    public void The_present_is_told_as_recorded()
    {
        var told = new StringWriter();
        foreach (var name in new[] { "full-cycle.txt", "agent-silent.txt", "gateway-dead-for-both.txt", "observe.txt", "hold-down.txt" })
        {
            told.WriteLine($"== at the end of {name}");
            ExplainText.Write(new Terminal(told, TextWriter.Null, colour: false), View(Story(name).Steps[^1]) with { Event = null });
            told.WriteLine();
        }
        Same("now.txt", told.ToString());
    }

    [Fact]
    public void A_failover_takes_down_when_it_began_who_was_master_and_who_obeyed()
    {
        var first = Decisions("full-cycle.txt").First(d => d.Event!.Reason.StartsWith("failover", StringComparison.Ordinal));
        var outcome = first.Event!.Outcome!;
        Assert.Equal("complete", outcome.End);
        // the script: haproxy gone and MASTER left at 12.006, lb2 MASTER at 12.010, decided at 12.012, recorded 3 ms later
        Assert.Equal((3L, -6L, -6L, -2L, 4L), (outcome.RecordedMs, outcome.FirstSignMs, outcome.LeftMasterMs, outcome.MasterMs, outcome.RecoveryMs));
        Assert.Equal(["lb1", "lb2"], outcome.Obeyed.Select(o => o.Node));
        Assert.Equal("failover", first.Detail!.Row);
        Assert.Equal(["lb1 recorded holder", "lb2 chosen"], first.Detail.Candidates.Select(c => $"{c.Node} {c.Verdict}"));
        Assert.Equal(("haproxy", "hard", "down"), first.Detail.Inputs[0].Failing.Select(p => (p.Name, p.Class, p.State)).Single());
    }

    [Fact]
    public void A_lost_leadership_hands_the_record_out_at_once()
    {
        var ended = new List<string>();
        var desk = new DecisionDesk(new ProcessClock(TimeProvider.System));
        desk.Ended += (_, epoch, json) => ended.Add($"{epoch} {JsonSerializer.Deserialize(json, HistoryJson.Default.MoveOutcome)!.End}");
        foreach (var (_, input, step) in Story("full-cycle.txt").Steps)
        {
            desk.Saw(input, step);
            if (step.State.Assignment?.Epoch != 2) continue;
            Assert.Equal("running", desk.SoFar(Web, 2)!.End);
            var lost = new Input.LeadershipLost(input.At, "test");
            desk.Saw(lost, Arbitration.Advance(step.State, lost));
            break;
        }
        Assert.Equal(["2 leadershipLost"], ended);
        Assert.Null(desk.SoFar(Web, 2));
    }

    [Fact]
    public void A_refused_wish_leaves_no_record()
    {
        var ended = 0;
        var desk = new DecisionDesk(new ProcessClock(TimeProvider.System));
        desk.Ended += (_, _, _) => ended++;
        foreach (var (before, input, step) in Story("full-cycle.txt").Steps)
        {
            desk.Saw(input, step);
            if (step.State.InFlight is not { } wish) continue;
            var refused = new Input.ProposalSettled(input.At, wish.Proposal, ProposalOutcome.Refused, before.Assignment, "another epoch stands");
            var next = Arbitration.Advance(step.State, refused);
            desk.Saw(refused, next with { Effects = [] });
            break;
        }
        desk.CloseAll();
        Assert.Equal(0, ended);
    }

    [Fact]
    public void What_is_stored_is_what_the_API_reads()
    {
        var detail = Decisions("gateway-lost-by-holder.txt")[^1].Detail!;
        var stored = JsonSerializer.Serialize(detail, HistoryJson.Default.Explanation);
        var read = Answers.Stored(stored, ApiJson.Default.Explanation)!;
        Assert.Equal(stored, JsonSerializer.Serialize(read, HistoryJson.Default.Explanation));
        Assert.Contains("\"row\":\"soft-move\"", stored);
        Assert.InRange(stored.Length, 500, 4000);
        Assert.Null(Answers.Stored("{\"v\":2}", ApiJson.Default.Explanation));
    }

    /// <summary>Every recorded decision of a story as <c>explain --event</c> would answer.</summary>
    private static List<ExplainView> Decisions(string name)
    {
        var story = Story(name);
        var ended = new List<(long Epoch, MoveOutcome Outcome)>();
        var views = new List<ExplainView>();
        var desk = new DecisionDesk(new ProcessClock(TimeProvider.System));
        desk.Ended += (_, epoch, json) => ended.Add((epoch, JsonSerializer.Deserialize(json, HistoryJson.Default.MoveOutcome)!));
        foreach (var (before, input, step) in story.Steps)
        {
            desk.Saw(input, step);
            if (input is not Input.ProposalSettled { Outcome: ProposalOutcome.Committed } || step.State.Assignment is not { } a || a.Epoch == before.Assignment?.Epoch) continue;
            var proposal = before.InFlight!.Proposal;
            var what = new RecordedEvent
            {
                Number = a.Epoch, Generation = 1, Id = EventIds.Decision("test", "web", 1, a.Epoch, proposal.Reason), Type = EventTypes.DecisionMade, Severity = Severities.Critical,
                Group = "web", Epoch = a.Epoch, From = before.Assignment?.Holder.Value, To = a.Holder.Value, Reason = proposal.Reason, Utc = DateTimeOffset.UnixEpoch + input.At,
            };
            var detail = desk.DetailOf(what) ?? throw new InvalidOperationException("the wish was not taken down");
            views.Add(View((before, input, step)) with { Now = null, Event = EventView.Of(what, true), Detail = Answers.Stored(detail, ApiJson.Default.Explanation) });
        }
        desk.CloseAll();
        return [.. views.Select(v => v with { Event = v.Event! with { Outcome = ended.Single(e => e.Epoch == v.Event!.Epoch).Outcome } })];
    }

    private static ExplainView View((GroupState Before, Input Input, Step Step) at) => new(
        new AnsweredBy("test", "arbiter1", "leading", "arbiter1"), "web", Explaining.Of(at.Step.State, at.Step.Decision, null, at.Input.At), null, null, 3, []);

    private static Script Story(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), "Core", "Scripts", name));
        return Script.Rewrite(text).Last;
    }

    private static void Same(string name, string told)
    {
        var path = Path.Combine(Folder(), "History", "Texts", name);
        if (Rewrite) File.WriteAllText(path, told);
        else Assert.Equal(File.ReadAllText(path), told);
    }

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return Path.Combine(at.FullName, "tests", "Arbiter.Tests");
        throw new InvalidOperationException($"no Arbiter.sln above {AppContext.BaseDirectory}");
    }
}
