using System.Globalization;
using Fuzz;
using Fuzz.Targets;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Target[] all = [MessageTarget.Create(), VerifierTarget.Create(), RegisterTarget.Create(), NotifyTarget.Create(), TrackFileTarget.Create(), ConfigurationTarget.Create()];
var options = FuzzOptions.Parse(args);
var targets = all.Where(t => options?.Target is null || t.Name == options.Target).ToArray();
if (options is null || targets.Length == 0)
{
    Console.Error.WriteLine(FuzzOptions.Help);
    return 2;
}
var campaign = new Campaign(options.Seed, Console.Out);
var (failed, seconds) = (0, 0.0);
foreach (var target in targets)
{
    var limit = options.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes / targets.Length) : (TimeSpan?)null;
    var tally = campaign.Run(target, options.InputsFor(target), limit, options.First);
    seconds += tally.Seconds;
    if (tally.Finding is not null) failed++;
    Console.WriteLine($"{tally.Target}: {tally.Inputs} inputs, {tally.Inputs / Math.Max(tally.Seconds, 1e-9):0}/s, {tally.Taken} taken, {tally.Inputs - tally.Taken} refused, "
        + $"{tally.Seconds:0.0} s, seed {options.Seed}{(tally.Finding is null ? "" : ": FOUND")}");
}
// as the other test programs end, so that their runner can add it up
Console.WriteLine($"   Fuzz  Total: {targets.Length}, Errors: 0, Failed: {failed}, Skipped: 0, Not Run: 0, Time: {seconds:0.000}s");
return failed == 0 ? 0 : 1;
