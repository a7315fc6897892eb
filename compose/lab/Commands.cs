using System.CommandLine;
namespace Lab;
internal static class Commands
{
    public static async Task<int> Run(string[] args)
    {
        var b = new LabBuilder(LabPaths.Find(), Console.Error.WriteLine);
        if (args[0]=="down") { await b.Down(); return 0; }
        if (args[0]=="exec") { return await Hosts.Shell.PassThrough(Laboratory.Open(LabPaths.Find()).Host(args[1]).Entered(args[2..])); }
        var lab = await b.Up(new LabOptions { Mode = Enum.Parse<Hosts.LabMode>(args[1]), Advert = LabOptions.ParseAdvert(args.ElementAtOrDefault(2) ?? "100ms") });
        Console.WriteLine(string.Join(",", lab.VipOwners));
        return 0;
    }
}
