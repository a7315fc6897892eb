using Lab;

try
{
    return await Commands.Run(args);
}
catch (LabError error)
{
    Console.Error.WriteLine("lab: " + error.Message);
    return error.ExitCode;
}
