using System.CommandLine;

namespace Lab.Commands;

internal static class NetworkCommands
{
    public static Command Cut() => One("cut", "Take a host's carrier away, as pulling its cable would.", (lab, host) => lab.Bridge.Cut(host));

    public static Command Uncut() => One("uncut", "Give the carrier back.", (lab, host) => lab.Bridge.Uncut(host));

    public static Command Partition()
    {
        var (a, b) = (new Argument<string>("A"), new Argument<string>("B"));
        var command = new Command("partition", "Drop every frame between two hosts; both keep all others. heal undoes it.") { a, b };
        command.SetAction(async parsed =>
        {
            var lab = Laboratory.Open(LabPaths.Find());
            var (one, other) = (lab.Host(parsed.GetRequiredValue(a)), lab.Host(parsed.GetRequiredValue(b)));
            if (one == other) throw new LabError("a host cannot be parted from itself", LabError.Usage);
            await lab.Bridge.Partition(one.Name, other.Name);
            return 0;
        });
        return command;
    }

    private static Command One(string name, string summary, Func<Laboratory, string, Task> act)
    {
        var host = Arguments.Host();
        var command = new Command(name, summary) { host };
        command.SetAction(async parsed =>
        {
            var lab = Laboratory.Open(LabPaths.Find());
            await act(lab, lab.Host(parsed.GetRequiredValue(host)).Name);
            return 0;
        });
        return command;
    }
}
