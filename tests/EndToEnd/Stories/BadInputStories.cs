using System.Security.Cryptography;
using System.Text;
using Contracts.Vocabulary;
using Contracts.Wire;
using EndToEnd.Stage;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>Whatever arrives that should not: one clear line each, and the VIP does not notice.</summary>
public sealed class BadInputStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_forged_a_garbled_a_replayed_and_an_expired_order_are_one_line_each_and_change_nothing()
    {
        var holder = await Scene.Calm();
        var from = Now;
        var log = Scene.Log(holder, "agent");
        await using var ear = await BusSeat.BesideAgent(Scene.Lab, holder);
        await using var leader = await TestLeader.Elect(Scene.Lab);
        await Scene.Until(() => ear.Received.Count > 1, Soon, "the real leader orders");
        Assert.True(ear.Received.TryPeek(out var real));

        var spoilt = leader.Draft(holder, OrderedRole.Fence, leader.Epoch + 1);
        var stranger = KeyRing.Parse("k1:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        for (var i = 0; i < 3; i++) leader.PublishBody(leader.Encode(spoilt), holder, stranger);
        for (var i = 0; i < 3; i++) leader.PublishBody(Encoding.UTF8.GetBytes("{\"v\":1,\"cluster\":"), holder);
        for (var i = 0; i < 3; i++) leader.PublishAgain(real.Envelope);
        var expired = leader.Draft(holder, OrderedRole.Fence, leader.Epoch + 1) with { ValidMs = 1000 };
        await Task.Delay(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 3; i++) leader.Publish(expired, holder);

        var lines = new[]
        {
            await log.Says("an order was dropped: bad signature", Soon),
            await log.Says("an order was dropped: Order: ", Soon),
            await log.Says("replayed or overtaken", Soon),
            await log.Says("it has expired", Soon),
        };
        foreach (var line in lines) Tell(line);
        foreach (var text in new[] { "bad signature", "an order was dropped: Order: ", "replayed or overtaken", "it has expired" }) Assert.Equal(1, log.Count(text));
        Quiet(await Scene.SeenSince(from, holder), "forged, garbled, replayed and expired orders");
        Assert.Equal(0, log.Count("Fence:"));
        Assert.Equal(holder, await Scene.Rearmed());
    }

    [Fact]
    public async Task An_agent_with_a_wrong_password_says_so_and_moves_nothing()
    {
        var holder = await Scene.Calm();
        var standby = Scene.Host(Scene.Other(holder));
        var from = Now;
        var right = standby.Read(AgentYaml.PasswordFile)!;
        await ServiceTable.Agent.Stop(standby);
        standby.Write(AgentYaml.PasswordFile, "wrong\n", UnixFileMode.UserRead, Agent.User);
        var log = Scene.Log(standby.Name, "agent");
        await Scene.Start(ServiceTable.Agent, standby.Name);
        Tell(await log.Says("the steering link is down", Soon));
        // many attempts, and none of them says anything new
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.Equal(1, log.Count("the steering link is down"));
        standby.Write(AgentYaml.PasswordFile, right, UnixFileMode.UserRead, Agent.User);
        await ServiceTable.Agent.Stop(standby);
        await Scene.Start(ServiceTable.Agent, standby.Name);
        Assert.Equal(holder, await Scene.Rearmed());
        Quiet(await Scene.SeenSince(from, holder), "wrong password at the standby, then the right one, until armed again");
    }

    [Fact]
    public async Task A_second_agent_on_the_same_host_is_refused()
    {
        var holder = await Scene.Calm();
        var from = Now;
        var beside = await Scene.Host(holder).Run([.. AsAgent("run")]);
        Tell(beside.Error.Trim());
        Assert.Equal(3, beside.ExitCode);
        Assert.Contains("another agent runs with the state directory", beside.Error, StringComparison.Ordinal);
        Quiet(await Scene.SeenSince(from, holder), "a second agent beside the holder's");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_agent_with_the_same_name_elsewhere_is_diagnosed_neither_is_ordered_and_it_clears_behind_it(bool nameOfTheHolder)
    {
        var holder = await Scene.Calm();
        var twin = nameOfTheHolder ? holder : Scene.Other(holder);
        var from = Now;
        var witness = Scene.Host("witness");
        Impersonate(Scene.Host(twin), witness);
        var finding = $"DuplicateNode: raised: two agents speak for {twin}";
        var cleared = $"DuplicateNode: cleared: two agents speak for {twin}";
        LogTail[] logs = [Scene.Log("arb1", "arbiter"), Scene.Log("arb2", "arbiter")];
        await using var ear = await BusSeat.BesideAgent(Scene.Lab, twin);
        await witness.Spawn("agent", [.. AsAgent("run")]);
        try
        {
            await Scene.Until(() => logs.All(log => log.Count(finding) > 0), Soon, "both arbiters say DuplicateNode");
            Tell(logs[0].Lines.First(line => line.Contains(finding, StringComparison.Ordinal)));
            // an order may be under way from before
            await Task.Delay(TimeSpan.FromSeconds(1));
            var before = ear.Received.Count;
            await Task.Delay(TimeSpan.FromSeconds(6));
            Assert.Equal(before, ear.Received.Count);
            var shown = await Scene.Api.Groups();
            Assert.Contains("DuplicateNode", shown?.ToString() ?? "nobody leads", StringComparison.Ordinal);
            Quiet(await Scene.SeenSince(from, holder), $"a second agent with the name of {(nameOfTheHolder ? "the holder" : "the standby")}, 7 s");
        }
        finally
        {
            HostProcesses.Signal(HostProcesses.Find(witness, ServiceTable.Agent.Process), Lab.Native.Libc.SigKill);
        }
        await Scene.Until(() => logs.All(log => log.Count(cleared) > 0), Soon, "both arbiters clear it");
        Assert.Equal(holder, await Scene.Rearmed());
        Assert.True(ear.Received.Count > 0, "it is ordered again");
        Quiet(await Scene.SeenSince(from, holder), "the second agent gone, until armed again");
    }

    [Fact]
    public async Task An_agent_that_is_gone_is_called_silent_a_second_later_by_the_brokers_word_and_moves_nothing()
    {
        var holder = await Scene.Calm();
        var log = Scene.Log("arb1", "arbiter");
        var other = Scene.Log("arb2", "arbiter");
        var from = Now;
        await ServiceTable.Agent.Stop(Scene.Host(holder));
        try
        {
            var took = await Scene.Until(() => log.Count("its connection closed") > 0 && other.Count("its connection closed") > 0, TimeSpan.FromSeconds(8), "both arbiters say that its connection closed");
            Tell($"AgentSilent {took.TotalMilliseconds:0} ms after it ended: {log.Lines.First(line => line.Contains("its connection closed", StringComparison.Ordinal))}");
            Scene.Figures.Milliseconds("agent gone: AgentSilent after", took.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromSeconds(4));
        }
        finally
        {
            await Scene.Start(ServiceTable.Agent, holder);
        }
        Assert.Equal(holder, await Scene.Rearmed());
        Quiet(await Scene.SeenSince(from, holder), "the holder's agent gone and back");
    }

    [Fact]
    public async Task A_missing_folder_and_an_unwritable_file_are_told_by_check_and_by_the_agent_and_move_nothing()
    {
        var holder = await Scene.Calm();
        var standby = Scene.Host(Scene.Other(holder));
        var from = Now;
        standby.Write("/etc/arbiter/missing.yaml", standby.Read(AgentYaml.Path)!.Replace(KeepalivedConf.Folder, "/run/not-there", StringComparison.Ordinal));
        var missing = await standby.Run([.. AsAgent("check", "/etc/arbiter/missing.yaml")]);
        Tell(missing.Error.Trim());
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("/run/not-there does not exist", missing.Error, StringComparison.Ordinal);

        string[] files = [KeepalivedConf.Folder, KeepalivedConf.FenceFile, KeepalivedConf.PriorityFile];
        await ServiceTable.Agent.Stop(standby);
        foreach (var file in files) standby.Own(file, owner: 0);
        try
        {
            var unwritable = await standby.Run([.. AsAgent("check")]);
            Tell(unwritable.Error.Trim());
            Assert.Equal(1, unwritable.ExitCode);
            Assert.Contains("cannot be written", unwritable.Error, StringComparison.Ordinal);
            var log = Scene.Log(standby.Name, "agent");
            await Scene.Start(ServiceTable.Agent, standby.Name);
            Tell(await log.Says("ActuatorFailed", TimeSpan.FromSeconds(20)));
            Quiet(await Scene.SeenSince(from, holder), "steering files of the standby not writable");
        }
        finally
        {
            foreach (var file in files) standby.Own(file, Agent.User);
        }
        Assert.Equal(holder, await Scene.Rearmed());
        Quiet(await Scene.SeenSince(from, holder), "steering files writable again, until armed");
    }

    private static IEnumerable<string> AsAgent(string verb, string config = AgentYaml.Path) =>
        ["setpriv", "--reuid", $"{Agent.User}", "--regid", $"{Agent.User}", "--clear-groups", "--no-new-privs", Agent.Program, verb, "--config", config];

    /// <summary>All that a copied host would have of the original: configuration, key, password, empty folders.</summary>
    private static void Impersonate(Host original, Host copy)
    {
        foreach (var file in new[] { AgentYaml.Path, AgentYaml.KeyFile, AgentYaml.PasswordFile }) copy.Write(file, original.Read(file)!, UnixFileMode.UserRead, Agent.User);
        foreach (var file in new[] { KeepalivedConf.FenceFile, KeepalivedConf.PriorityFile }) copy.Write(file, "0\n", UnixFileMode.UserRead | UnixFileMode.UserWrite, Agent.User);
        copy.Own(KeepalivedConf.Folder, Agent.User);
        copy.Own("/var/lib/arbiter-agent", Agent.User);
    }
}
