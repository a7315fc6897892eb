using System.Threading.Channels;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Orders;
using Arbiter.Quorum;
using Arbiter.Schedules;
using Arbiter.Tests.Api;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Arbiter.Tests.Schedules;

/// <summary>One arbiter as the program wires it, without a bus: what it orders is obeyed at once while it may speak.</summary>
internal sealed class ScheduleReplica : IRegister, IOrders
{
    private readonly SchedulePair _world;
    private readonly RegisterLoop _register;
    private readonly Random _random;
    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _kill = new();
    private readonly IHostedService[] _parts;
    private readonly Task _running;
    private readonly Task _starting;
    private volatile string _dieOn = "";
    private volatile bool _died;

    public ScheduleReplica(SchedulePair world, RegisterLoop register, ProcessClock clock, Random random)
    {
        (_world, _register, _random) = (world, register, random);
        var options = Pictures.Options();
        options = options with
        {
            Cluster = Quorum.RedisServers.Cluster,
            Groups = [options.Groups[0] with { Brakes = false, Rearm = TimeSpan.FromSeconds(1), Schedules = [SchedulePair.Schedule] }],
        };
        var services = new ServiceCollection().AddLogging().AddSingleton<IHostApplicationLifetime, Started>().AddSingleton(TimeProvider.System).AddSingleton<IRegister>(this).AddSingleton<IOrders>(this)
            .AddGroups(options).AddSchedules(options).AddSingleton(clock);
        _services = services.BuildServiceProvider();
        _parts = [.. _services.GetServices<IHostedService>()];
        Groups = _services.GetRequiredService<IGroups>();
        _running = register.Run(CancellationToken.None, _kill.Token);
        _starting = Begin(clock);
    }

    public IGroups Groups { get; }
    public IRegister Register => _register;
    public bool Died => _died;

    /// <summary>It leads, and keeps what it has because it decides, not because it may not.</summary>
    public bool Ready => _register.Status.State == RegisterState.Leading
        && _services.GetRequiredService<IStatusBoard>().Current.Groups is [{ Decision: "keep", StandbyReady: true }];

    /// <summary>Null: live on. False: die before the register's loop has a proposal of a schedule, true: just behind.</summary>
    public void DieOn(bool? behind) => _dieOn = behind switch { null => "", false => "before", true => "behind" };

    /// <summary>At once and without a word; what is left of it is swept up.</summary>
    public async Task Kill()
    {
        _died = true;
        await _kill.CancelAsync();
        await _running;
        await _starting;
        foreach (var part in _parts.Reverse()) await part.StopAsync(new CancellationToken(canceled: true));
        await _services.DisposeAsync();
        _kill.Dispose();
    }

    private async Task Begin(ProcessClock clock)
    {
        foreach (var part in _parts) await part.StartAsync(CancellationToken.None);
        Groups.PostAll(new Input.BusChanged(clock.Now, true, "connected"));
    }

    // the register, as its readers see it: a dead one hears nothing
    public RegisterStatus Status => _register.Status;
    public ChannelReader<RegisterEvent> Events => _register.Events;
    public bool MaySpeak() => !_died && _register.MaySpeak();
    public void Watch(Action<OutboxPicture> watcher) => _register.Watch(watcher);
    public Task Run(CancellationToken stopping) => _running;

    public void Wish(OutboxWish wish)
    {
        if (!_died) _register.Wish(wish);
    }

    public void Propose(Proposal proposal)
    {
        if (_died) return;
        var dies = proposal.Firing is null ? "" : _dieOn;
        if (dies != "before") _register.Propose(proposal);
        if (dies.Length == 0) return;
        _died = true;
        _kill.CancelAfter(TimeSpan.FromMilliseconds(dies == "before" ? 0 : _random.Next(0, 6)));
    }

    // its words, heard while it lives and may speak
    public void Want(SpeakerToken speaker, NodeId node, GroupName group, GroupOrder? wanted)
    {
        if (wanted is not null && MaySpeak()) _world.Obey(node, wanted);
    }

    public void RequestReport(NodeId node) { }
    public void Heard(NodeId node, string process, string nonce) { }
    public void Settled(LinkEvent.Sent sent) { }
    public void Repeat() { }
}
