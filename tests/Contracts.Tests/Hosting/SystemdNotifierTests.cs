using System.Net.Sockets;
using System.Text;
using Contracts.Hosting;

namespace Contracts.Tests.Hosting;

public sealed class SystemdNotifierTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_notify_socket_sees_ready_alive_and_stopping(bool isAbstract)
    {
        using var systemd = new NotifySocket(isAbstract);
        using var notifier = new SystemdNotifier(systemd.Name, "15000000", null);

        Assert.True(notifier.Ready("Serving."));
        Assert.True(notifier.Alive());
        Assert.True(notifier.Stopping("Going."));

        Assert.Equal("READY=1\nSTATUS=Serving.", await systemd.Next());
        Assert.Equal("WATCHDOG=1", await systemd.Next());
        Assert.Equal("STOPPING=1\nSTATUS=Going.", await systemd.Next());
    }

    [Fact]
    public async Task A_line_break_in_a_status_cannot_forge_another_assignment()
    {
        using var systemd = new NotifySocket(false);
        using var notifier = new SystemdNotifier(systemd.Name, null, null);
        notifier.Status("fine\nMAINPID=1\r\nREADY=1");
        Assert.Equal("STATUS=fine MAINPID=1 READY=1", await systemd.Next());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("relative/path")]
    [InlineData("vsock:2:1")]
    public void Without_a_usable_socket_nothing_is_said_and_nothing_fails(string? path)
    {
        using var notifier = new SystemdNotifier(path, "15000000", null);
        Assert.False(notifier.Enabled);
        Assert.Null(notifier.Watchdog);
        Assert.False(notifier.Alive());
    }

    [Fact]
    public void A_path_longer_than_a_unix_address_is_not_used()
    {
        using var notifier = new SystemdNotifier("/" + new string('x', 200), null, null);
        Assert.False(notifier.Enabled);
    }

    [Fact]
    public void A_socket_that_is_gone_is_answered_by_false()
    {
        using var notifier = new SystemdNotifier($"/tmp/no-such-{Environment.ProcessId}.sock", null, null);
        Assert.True(notifier.Enabled);
        Assert.False(notifier.Alive());
        notifier.Dispose();
        Assert.False(notifier.Alive());
    }

    [Theory]
    [InlineData("15000000", null, 15.0)]
    [InlineData("15000000", "own", 15.0)]
    [InlineData("15000000", "1", null)]
    [InlineData("0", null, null)]
    [InlineData("-5", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_watchdog_is_taken_only_from_a_positive_number_meant_for_this_process(string? micros, string? pid, double? seconds)
    {
        var meant = pid == "own" ? Environment.ProcessId.ToString() : pid;
        using var notifier = new SystemdNotifier("/run/x", micros, meant);
        Assert.Equal(seconds, notifier.Watchdog?.TotalSeconds);
    }

    private sealed class NotifySocket : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly string? _file;

        public NotifySocket(bool isAbstract)
        {
            var path = Path.Combine(Path.GetTempPath(), $"notify-{Path.GetRandomFileName()}");
            Name = isAbstract ? "@" + path : path;
            _file = isAbstract ? null : path;
            _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + path : path));
        }

        public string Name { get; }

        public async Task<string> Next()
        {
            var buffer = new byte[1024];
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var length = await _socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }

        public void Dispose()
        {
            _socket.Dispose();
            if (_file is not null) File.Delete(_file);
        }
    }
}
