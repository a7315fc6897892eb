using Lab;
using Lab.Commands;

try
{
    // whatever follows the host belongs to the program that is run there
    if (args is ["exec", var host, _, ..] && !host.StartsWith('-')) return await StandingCommands.Exec(host, args[2..]);
    var parsed = Table.Root().Parse(args);
    if (parsed.Errors.Count == 0) return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    foreach (var error in parsed.Errors) Console.Error.WriteLine("lab: " + error.Message);
    Console.Error.WriteLine("lab: try lab --help");
    return LabError.Usage;
}
catch (LabError error)
{
    Console.Error.WriteLine("lab: " + error.Message);
    return error.ExitCode;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("lab: interrupted");
    return LabError.Failed;
}
