using NodeAgent.Cli;
using NodeAgent.Linux;
using NodeAgent.Tests.Linux;
using NodeAgent.Tests.Probes;

namespace NodeAgent.Tests.Cli;

public sealed class DownFileCheckTests : IDisposable
{
    private readonly Box _box = new();

    private string Problem(string path, string kind) => string.Join("; ", DownFileCheck.Problems(Samples.Group("web") with { DownFile = path }, path, _ => kind));

    [Theory]
    [InlineData("nfs4")]
    [InlineData("cifs")]
    [InlineData("fuse.sshfs")]
    [InlineData("fuse")]
    public void A_file_on_another_machine_is_refused_without_a_look_into_it(string kind) =>
        Assert.Equal($"groups.web.steering.downFile: /gone is on {kind}: when that stops answering nothing can be steered. A down file belongs to one node; keep it on a local disk",
            Problem("/gone/down", kind));

    [Fact]
    public void What_is_wrong_with_the_place_is_said_and_a_good_one_is_silent()
    {
        Assert.Equal("", Problem(_box.At("down"), "ext4"));
        Assert.Contains("a reboot takes the file away", Problem(_box.At("down"), "tmpfs"));
        Assert.Contains("gone does not exist", Problem(_box.At("gone/down"), "ext4"));
        Directory.CreateDirectory(_box.At("folder"));
        Assert.Contains("is a directory; name the file in it", Problem(_box.At("folder"), "ext4"));
    }

    [Theory]
    [InlineData("/etc/keepalived", "ext4")]
    [InlineData("/etc/keepalived/magedu", "nfs4")]
    [InlineData("/etc/keepalived/magedu/a", "nfs4")]
    [InlineData("/etc/keepalived/magedu2", "ext4")]
    [InlineData("/mnt", "tmpfs")]
    public void The_longest_mount_counts_and_of_two_on_one_place_the_later(string directory, string expected) => Assert.Equal(expected, FileSystems.Of(directory,
    [
        "/dev/vda1 / ext4 rw 0 0", "nfs:/data /etc/keepalived/magedu nfs4 rw 0 0", "/dev/vdb /mnt ext4 rw 0 0", "none /mnt tmpfs rw 0 0",
    ]));

    public void Dispose() => _box.Dispose();
}
