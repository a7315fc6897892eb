using System.CommandLine;
using Lab.Faults;
using Lab.Hosts;
using Lab.Measuring;

namespace Lab.Commands;

internal static class FaultCommands
{
    private const int MostRuns = 200;

    private static string Known => string.Join("\n", FaultTable.All.Select(fault => $"{fault.Name + " " + fault.Argument,-30} {fault.Summary}"));

    public static Command Fault()
    {
        var (name, argument) = (Name(), Argument());
        var command = new Command("fault", "Let something go wrong. heal undoes all of it.") { name, argument };
        command.SetAction(async parsed =>
        {
            var plan = FaultPlan.Parse(parsed.GetRequiredValue(name), parsed.GetValue(argument));
            var strike = await plan.Aim(Laboratory.Open(LabPaths.Find()));
            await strike();
            return 0;
        });
        return command;
    }

    public static Command Heal()
    {
        var command = new Command("heal", "Undo every fault: links, partitions, stopped and killed daemons. After a killed Redis all three start empty with a new generation.");
        command.SetAction(async _ =>
        {
            await Laboratory.Open(LabPaths.Find()).Heal();
            return 0;
        });
        return command;
    }

    public static Command Measure()
    {
        var (name, argument) = (Name(), Argument());
        var count = new Option<int>("-n", "--runs") { Description = $"Runs, 1 to {MostRuns}.", DefaultValueFactory = _ => 10 };
        var seed = new Option<bool>("--seed") { Description = "In a lab of the classic set-up, made beside this one and taken away afterwards." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var observe = new Option<int?>("--observe") { Description = "Seconds to watch after each fault at least; default 3 s and three adverts." };
        var random = new Option<int>("--random") { Description = "Seed of the random waits before each fault.", DefaultValueFactory = _ => Environment.ProcessId };
        var command = new Command("measure", "Repeat a fault under the eyes of a client that connects every 5 ms, healing in between.") { name, argument, count, seed, json, observe, random };
        command.SetAction(async (parsed, stopping) =>
        {
            var plan = FaultPlan.Parse(parsed.GetRequiredValue(name), parsed.GetValue(argument));
            var runs = parsed.GetValue(count);
            if (runs is < 1 or > MostRuns) throw new LabError($"-n {runs}: 1 to {MostRuns}", LabError.Usage);
            var observed = parsed.GetValue(observe) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            var chance = new Random(parsed.GetValue(random));
            var report = parsed.GetValue(seed)
                ? await InSeedLab(lab => Run(lab, plan, runs, observed, chance, stopping))
                : await Run(Laboratory.Open(LabPaths.Find()), plan, runs, observed, chance, stopping);
            Console.WriteLine(parsed.GetValue(json) ? report.ToJson() : report.ToText().TrimEnd());
            return 0;
        });
        return command;
    }

    private static Task<MeasureReport> Run(Laboratory lab, FaultPlan plan, int runs, TimeSpan? observe, Random random, CancellationToken stopping) =>
        new Measurement(lab, Console.Error.WriteLine, random) { Observe = observe }.Run(plan, runs, stopping);

    private static async Task<MeasureReport> InSeedLab(Func<Laboratory, Task<MeasureReport>> measure)
    {
        var builder = new LabBuilder(LabPaths.Find().ForSeed(), Console.Error.WriteLine);
        var lab = await builder.Up(new LabOptions { Mode = LabMode.Seed, Advert = TimeSpan.FromSeconds(1) });
        try
        {
            return await measure(lab);
        }
        finally
        {
            await builder.Down();
        }
    }

    private static Argument<string> Name() => new("FAULT") { Description = "Several at once joined by '+', each with its argument after ':'.\n" + Known };

    private static Argument<string?> Argument() => new("N") { Description = "What the fault takes: a host, both, or a number.", Arity = ArgumentArity.ZeroOrOne };
}
