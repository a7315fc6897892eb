using System.Security.Cryptography;
using System.Text;
using Contracts.Vocabulary;
using NodeAgent;
using NodeAgent.Core;
using World.Hosts;

namespace Simulation.Hosts;

/// <summary>What takes every processor, or is measured by the process's own time: nothing else may run in it meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>The same seed gives the same run, to the last tick; another seed another one. And how fast a run is.</summary>
[Collection(nameof(Alone))]
public sealed class RepeatTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var (one, again, other) = (Trace(7), Trace(7), Trace(8));
        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Hundreds_of_seconds_of_three_nodes_pass_in_one()
    {
        Storm(new Scene(1, nodes: 3, groups: 2), 30);
        var scene = new Scene(2, nodes: 3, groups: 2);
        var began = Environment.CpuUsage.TotalTime;
        Storm(scene, 300);
        var rate = scene.Time.Now / (Environment.CpuUsage.TotalTime - began);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{scene.Time.Now.TotalSeconds:0} s, {rate:0} simulated seconds per second of processor time"));
        // half of a thousand when calm; this is a debug build on a machine that compiles it at the same time
        Assert.True(rate > 50, $"{rate:0} simulated seconds per second");
    }

    private static string Trace(int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var scene = new Scene(seed, nodes: 3, groups: 2);
        scene.World.Watch = new Inputs(hash);
        scene.Leader.Heard = body => hash.AppendData(body.Span);
        Storm(scene, 120);
        foreach (var line in scene.Story) hash.AppendData(Encoding.UTF8.GetBytes($"{line.At.Ticks} {line.Who} {line.Text}"));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(' ', scene.World.Picture().Groups.SelectMany(g => g.Outages))));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Faults one after the other, always the same.</summary>
    private static void Storm(Scene scene, double seconds)
    {
        var random = new Random(99);
        for (var end = scene.Time.Now + TimeSpan.FromSeconds(seconds); scene.Time.Now < end; scene.Run(5 * random.NextDouble()))
        {
            var node = new[] { Scene.Lb1, Scene.Lb2, Scene.Lb3 }[random.Next(3)];
            var bad = random.Next(2) == 0;
            switch (random.Next(7))
            {
                case 0: scene.World.SetHaproxy(node, bad ? (ProxyState)random.Next(1, 3) : ProxyState.Running); break;
                case 1: scene.World.SetAgent(node, !bad); break;
                case 2: scene.World.SetKeepalived(node, !bad); break;
                case 3: scene.World.Isolate(node, bad); break;
                case 4: scene.World.SetPaused(node, bad); break;
                case 5: scene.World.CutGateway(node, bad); break;
                default: scene.World.Split(Scene.Lb1, Scene.Lb2, bad); break;
            }
        }
    }

    private sealed class Inputs(IncrementalHash hash) : IStepWatch
    {
        public void Stepped(AgentState before, Input input, AgentState after) => hash.AppendData(Encoding.UTF8.GetBytes($"{after.Options.Node} {input.At.Ticks} {input.GetType().Name} {after.Seq}"));
    }
}
