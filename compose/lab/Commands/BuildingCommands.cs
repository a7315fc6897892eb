using System.CommandLine;
using System.Diagnostics;
using Lab.Control;
using Lab.Hosts;

namespace Lab.Commands;

internal static class BuildingCommands
{
    private static readonly TimeSpan ArmedWithin = TimeSpan.FromSeconds(60);

    public static Command Up()
    {
        var advert = new Option<string>("--advert")
        {
            Description = "advert_int of keepalived: 1s (VRRPv2 with a password) or 100ms (VRRPv3).",
            DefaultValueFactory = _ => "100ms",
        };
        var brakes = new Option<bool>("--brakes") { Description = "Leave hold-down, freeze and the limit of own fences on." };
        var rearm = new Option<string>("--rearm")
        {
            Description = "How long a recovered node must be healthy before it is standby again, in whole seconds, 1s to 60s.",
            DefaultValueFactory = _ => "10s",
        };
        var seed = new Option<bool>("--seed") { Description = "The classic set-up instead: a polling script, priorities 100 and 80, advert_int 1." };
        var downFile = new Option<bool>("--down-file") { Description = "The whole system on the classic keepalived.conf: its script looks at a down file, by which the agents steer." };
        var noArbiter = new Option<bool>("--no-arbiter") { Description = "Only keepalived and haproxy: no broker, no Redis, no arbiters, no agents." };
        var command = new Command("up", "Make the lab and start everything in it.") { advert, brakes, rearm, seed, downFile, noArbiter };
        command.SetAction(async (parsed, stopping) =>
        {
            var mode = parsed.GetValue(seed) ? LabMode.Seed : parsed.GetValue(noArbiter) ? LabMode.Plain : LabMode.Full;
            var classic = parsed.GetValue(downFile);
            if (classic && mode != LabMode.Full) throw new LabError("--down-file is for the whole system: leave --seed and --no-arbiter out", LabError.Usage);
            var options = new LabOptions
            {
                Mode = mode,
                DownFile = classic,
                Advert = mode == LabMode.Seed || classic ? TimeSpan.FromSeconds(1) : LabOptions.ParseAdvert(parsed.GetValue(advert)!),
                Brakes = parsed.GetValue(brakes),
                Rearm = LabOptions.ParseRearm(parsed.GetValue(rearm)!),
            };
            var clock = Stopwatch.StartNew();
            var lab = await new LabBuilder(LabPaths.Find(), Say).Up(options);
            using var armed = new Armed(lab);
            var holder = await armed.Wait(ArmedWithin, stopping);
            Say($"up and armed after {clock.Elapsed.TotalSeconds:0.0} s, {holder} holds {Topology.Vip}");
            if (lab.HasControlPlane)
            {
                Console.WriteLine(lab.MachineLink is null
                    ? $"dashboard: http://{Topology.Address("arb1")}:{Topology.ApiPort}/ from inside the lab only"
                    : $"dashboard: http://{Topology.Address("arb1")}:{Topology.ApiPort}/");
            }
            return 0;
        });
        return command;
    }

    public static Command Down()
    {
        var command = new Command("down", "Take the lab away whole, also what a crash left over. Does nothing when nothing is there.");
        command.SetAction(async _ =>
        {
            var paths = LabPaths.Find();
            await new LabBuilder(paths, Say).Down();
            await new LabBuilder(paths.ForSeed(), Say).Down();
            return 0;
        });
        return command;
    }

    private static void Say(string text) => Console.Error.WriteLine("lab: " + text);
}
