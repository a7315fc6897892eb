using System.CommandLine;
using NodeAgent.Cli;

var root = new RootCommand("arbiter-agent: watches one load balancer, tells the arbiter, and steers its keepalived.\nExit codes: 0 done, 1 failed or a problem found, 2 usage or configuration, 3 refused.")
{
    RunCommand.Create(),
    CheckCommand.Create(),
    ProbeCommand.Create(),
    StatusCommand.Create(),
    ReleaseCommand.Create(),
    ForgetCommand.Create(),
    HelperCommand.Create(),
};
return Commands.ExitCode(root.Parse(args));
