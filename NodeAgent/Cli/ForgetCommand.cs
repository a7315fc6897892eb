using System.CommandLine;
using Contracts.Vocabulary;
using NodeAgent.Persistence;

namespace NodeAgent.Cli;

/// <summary>Lets a node take a lower epoch again, after a register was lost and seeded with a lower generation. For the local root only.</summary>
internal static class ForgetCommand
{
    public static Command Create()
    {
        var config = Commands.Config();
        var group = new Option<string>("--group") { Description = "the group whose highest epoch is forgotten", Required = true };
        var command = new Command("forget", "forget the highest epoch obeyed in a group; the agent must be stopped") { config, group };
        command.SetAction(parsed => Forget(parsed.GetValue(config)!, parsed.GetValue(group)!));
        return command;
    }

    private static int Forget(string path, string name)
    {
        if (Commands.Load(path) is not { } options) return Commands.Usage;
        if (!GroupName.TryParse(name, out var group) || options.Groups.All(g => g.Group != group))
            return Refuse($"there is no group '{name}' in {path}; there is {string.Join(", ", options.Groups.Select(g => g.Group))}");
        // a look first: with nothing to forget nothing is made either
        var store = new ObeyedStore(options.StateDirectory);
        if (store.Peek()?.ContainsKey(group) != true) return Refuse($"nothing is recorded for {group} in {options.StateDirectory}, or this user may not read it");
        using var held = InstanceLock.Take(options.StateDirectory, out var refusal);
        if (held is null) return Refuse(refusal);
        if (store.Load().Obeyed is not { } obeyed || !obeyed.ContainsKey(group)) return Refuse($"nothing is recorded for {group}");
        if (store.Save(obeyed.Remove(group)) is { } error) return Refuse(error, Commands.Failed);
        Console.WriteLine($"{group}: forgotten; the next order with a fresh nonce is taken, whatever its epoch");
        return Commands.Done;
    }

    private static int Refuse(string reason, int code = Commands.Refused)
    {
        Console.Error.WriteLine($"arbiter-agent: {reason}");
        return code;
    }
}
