using System.CommandLine;
using Lab.Hosts;
using Lab.Native;
using Lab.Services;

namespace Lab.Commands;

internal static class ServiceCommands
{
    public static Command Of(string verb, string summary, Func<Service, Host, Task> act)
    {
        var host = Arguments.Host();
        var service = new Argument<string>("SERVICE") { Description = string.Join(", ", ServiceTable.All.Select(s => s.Name)) };
        var command = new Command(verb, summary) { host, service };
        command.SetAction(async parsed =>
        {
            var (found, there) = Laboratory.Open(LabPaths.Find()).Find(parsed.GetRequiredValue(host), parsed.GetRequiredValue(service));
            await act(found, there);
            return 0;
        });
        return command;
    }

    public static async Task Start(Service service, Host host)
    {
        if (service.IsRunning(host)) throw new LabError($"{service.Name} on {host.Name} runs already", LabError.Refused);
        await service.Start(host);
        await service.Ready(host);
    }

    public static Task Stop(Service service, Host host) => service.IsRunning(host)
        ? service.Stop(host)
        : throw new LabError($"{service.Name} on {host.Name} does not run", LabError.Refused);

    public static async Task Restart(Service service, Host host)
    {
        if (service.IsRunning(host)) await service.Stop(host);
        await Start(service, host);
    }

    public static Task Reload(Service service, Host host) => service is Haproxy haproxy
        ? haproxy.Reload(host)
        : throw new LabError($"{service.Name} cannot be reloaded here, only haproxy", LabError.Usage);

    public static Task Kill(Service service, Host host)
    {
        if (HostProcesses.Signal(service.Victims(host), Libc.SigKill) == 0) throw new LabError($"{service.Name} on {host.Name} does not run", LabError.Refused);
        return Task.CompletedTask;
    }
}
