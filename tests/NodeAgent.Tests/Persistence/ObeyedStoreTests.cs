using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using NodeAgent.Persistence;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Persistence;

public sealed class ObeyedStoreTests : IDisposable
{
    private readonly Box _box = new();

    private static ImmutableSortedDictionary<GroupName, ObeyedRecord> Some() => ImmutableSortedDictionary<GroupName, ObeyedRecord>.Empty.Add(
        GroupName.Parse("web"),
        new ObeyedRecord
        {
            Generation = 1, Term = 7, Epoch = 42, Role = OrderedRole.Standby, BootId = BootId.Read(),
            Policy = new GroupPolicy { OnControlPlaneLoss = ControlPlaneLoss.Hold, OnIsolation = Isolation.Fence, Brakes = true, Vips = ["10.0.0.1/24"] },
        });

    [Fact]
    public void What_was_saved_is_loaded()
    {
        Assert.Null(new ObeyedStore(_box.Directory).Save(Some()));
        var loaded = new ObeyedStore(_box.Directory).Load();
        Assert.Equal("", loaded.Reason);
        Assert.Equal(Some(), loaded.Obeyed);
        Assert.Equal([_box.At("obeyed.json")], Directory.GetFiles(_box.Directory));
        Assert.Equal("600", Box.Sh($"stat -c %a {_box.At("obeyed.json")}").Trim());
    }

    [Fact]
    public void What_root_writes_stays_the_agents_own()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root to give a file away");
        Box.Sh($"chown 64123 {_box.Directory}");
        Assert.Null(new ObeyedStore(_box.Directory).Save(Some()));
        using var held = InstanceLock.Take(_box.Directory, out _);
        Assert.NotNull(held);
        Assert.Equal("64123", Box.Sh($"stat -c %u {_box.At("obeyed.json")}").Trim());
        Assert.Equal("64123", Box.Sh($"stat -c %u {_box.At("agent.lock")}").Trim());
    }

    [Fact]
    public void A_file_from_before_the_service_address_loads_and_one_with_it_keeps_it()
    {
        File.WriteAllText(_box.At("obeyed.json"), """
            { "v": 1, "groups": { "web": { "generation": 1, "term": 7, "epoch": 42, "role": "Standby",
              "policy": { "onControlPlaneLoss": "Hold", "onIsolation": "Fence", "brakes": true, "vips": [ "10.0.0.1/24" ] }, "bootId": "b" } } }
            """);
        var old = new ObeyedStore(_box.Directory).Load();
        Assert.Equal("", old.Reason);
        Assert.Null(old.Obeyed![GroupName.Parse("web")].Policy.Service);
        var record = old.Obeyed[GroupName.Parse("web")];
        var kept = old.Obeyed.SetItem(GroupName.Parse("web"), record with { Policy = record.Policy with { Service = "http://10.0.0.1/" } });
        Assert.Null(new ObeyedStore(_box.Directory).Save(kept));
        Assert.Equal(kept, new ObeyedStore(_box.Directory).Load().Obeyed);
    }

    [Fact]
    public void A_look_moves_nothing_aside()
    {
        File.WriteAllText(_box.At("obeyed.json"), "{");
        Assert.Null(new ObeyedStore(_box.Directory).Peek());
        Assert.Equal("{", File.ReadAllText(_box.At("obeyed.json")));
    }

    [Fact]
    public void A_first_start_has_nothing_and_says_so()
    {
        var loaded = new ObeyedStore(_box.Directory).Load();
        Assert.Null(loaded.Obeyed);
        Assert.EndsWith("not there yet", loaded.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"v\":2,\"groups\":{}}")]
    [InlineData("{\"v\":1}")]
    [InlineData("{\"v\":1,\"groups\":{\"Web!\":null}}")]
    [InlineData("{\"v\":1,\"groups\":{\"web\":null}}")]
    [InlineData("{\"v\":1,\"groups\":{\"web\":{\"generation\":1}}}")]
    public void A_damaged_file_is_kept_aside_and_the_reason_names_it(string content)
    {
        File.WriteAllText(_box.At("obeyed.json"), content);
        var loaded = new ObeyedStore(_box.Directory).Load();
        Assert.Null(loaded.Obeyed);
        Assert.Contains($"kept aside as {_box.At("obeyed.json.bad")}", loaded.Reason);
        Assert.Equal(content, File.ReadAllText(_box.At("obeyed.json.bad")));
        Assert.Null(new ObeyedStore(_box.Directory).Save(Some()));
        Assert.NotNull(new ObeyedStore(_box.Directory).Load().Obeyed);
    }

    [Fact]
    public void A_directory_that_is_missing_is_said_and_not_made()
    {
        var failure = new ObeyedStore(_box.At("gone")).Save(Some());
        Assert.Contains("No such file or directory. Check that ", failure);
        Assert.False(Directory.Exists(_box.At("gone")));
    }

    [Fact]
    public void The_boot_id_is_the_kernels() => Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), BootId.Read());

    public void Dispose() => _box.Dispose();
}
