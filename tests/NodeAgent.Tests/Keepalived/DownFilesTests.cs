using System.Diagnostics;
using Contracts.Vocabulary;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Tests.Linux;
using NodeAgent.Tests.Probes;

namespace NodeAgent.Tests.Keepalived;

public sealed class DownFilesTests : IDisposable
{
    private static readonly GroupName s_web = GroupName.Parse("web");
    private readonly Box _box = new();

    private DownFiles Files(string path) => new([Samples.Group("web") with { DownFile = path }, Samples.Group("other")], _box.Clock, _box.Inbox);

    [Fact]
    public async Task It_is_made_and_removed_and_what_others_do_to_it_is_told_within_the_second()
    {
        using var files = Files(_box.At("down"));
        Assert.False(files.Look(s_web));
        Assert.Null(files.Look(GroupName.Parse("other")));
        files.Want(s_web, true);
        Assert.True((await _box.Next<Input.DownFileRead>()).Present);
        Assert.True(File.Exists(_box.At("down")));
        File.Delete(_box.At("down"));
        Assert.False((await _box.Next<Input.DownFileRead>(read => !read.Present)).Present);
        File.WriteAllText(_box.At("down"), "by hand");
        await _box.Next<Input.DownFileRead>(read => read.Present);
        files.Want(s_web, true);
        await _box.Next<Input.DownFileRead>(read => read.Present);
        Assert.Equal("by hand", File.ReadAllText(_box.At("down")));
        files.Want(s_web, false);
        await _box.Next<Input.DownFileRead>(read => !read.Present);
        Assert.False(File.Exists(_box.At("down")));
        files.Want(s_web, false);
        await _box.Next<Input.DownFileRead>(read => !read.Present);
        Assert.Null(files.Stuck(s_web, _box.Clock.Now));
    }

    [Fact]
    public async Task A_link_is_not_followed_and_a_missing_directory_says_what_to_do()
    {
        File.CreateSymbolicLink(_box.At("down"), _box.At("victim"));
        using var files = Files(_box.At("down"));
        files.Want(s_web, true);
        await _box.Next<Input.DownFileRead>();
        Assert.False(File.Exists(_box.At("victim")));

        using var lost = Files(_box.At("gone/down"));
        Assert.False(lost.Look(s_web));
        lost.Want(s_web, true);
        var failed = await _box.Next<Input.WriteFailed>();
        Assert.Equal(SteeringFile.Down, failed.File);
        Assert.Contains("gone/down cannot be made: No such file or directory. Its directory must exist, be local and belong to the agent's user", failed.Reason);
    }

    /// <summary>A write that no file system ever answers: a FUSE mount whose server is stopped.</summary>
    [Fact]
    public async Task A_file_system_that_hangs_is_said_and_stops_nobody_else()
    {
        using var hangs = new HangingMount(_box.At("mount"));
        var clock = Stopwatch.StartNew();
        using (var files = new DownFiles(
            [Samples.Group("web") with { DownFile = hangs.At("down") }, Samples.Group("other") with { DownFile = _box.At("down") }], _box.Clock, _box.Inbox))
        {
            Assert.Null(files.Look(s_web));
            files.Want(s_web, true);
            files.Want(GroupName.Parse("other"), true);
            await _box.Next<Input.DownFileRead>(read => read.Group != s_web && read.Present);
            Assert.Contains("does not answer", files.Stuck(s_web, _box.Clock.Now));
            Assert.Null(files.Stuck(GroupName.Parse("other"), _box.Clock.Now));
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed.TotalSeconds} s");
    }

    public void Dispose() => _box.Dispose();

    /// <summary>Mounted by hand from /dev/fuse and never served: every call into it waits until it is taken away.</summary>
    private sealed class HangingMount : IDisposable
    {
        private readonly string _directory;
        private readonly Process _holder;

        public HangingMount(string directory)
        {
            _directory = Directory.CreateDirectory(directory).FullName;
            // the shell keeps the descriptor open; nobody reads requests from it
            _holder = Process.Start(new ProcessStartInfo("/bin/sh",
                ["-c", $"exec 3<>/dev/fuse && mount -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none {_directory} && echo mounted && exec sleep 60"])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            if (_holder.StandardOutput.ReadLine() != "mounted") throw new InvalidOperationException("cannot mount: " + _holder.StandardError.ReadToEnd());
        }

        public string At(string name) => Path.Combine(_directory, name);

        public void Dispose()
        {
            // the end of its server aborts what waits
            _holder.Kill();
            _holder.WaitForExit();
            Box.Sh($"umount -l {_directory}");
            _holder.Dispose();
        }
    }
}
