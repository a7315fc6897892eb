using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>An agent process that was heard for a node.</summary>
internal readonly record struct Speaker(string Process, long Seq, TimeSpan FirstAt, TimeSpan LastAt);

/// <summary>What one member last said, and when. Immutable; every question about it takes the present time.</summary>
internal sealed record MemberView(Member Member)
{
    public HealthEvent? Event { get; init; }
    /// <summary>This group's part of the event, with the newest role put in.</summary>
    public GroupReading? Reading { get; init; }
    public TimeSpan HeardAt { get; init; }
    /// <summary>When keepalived entered the role it has.</summary>
    public TimeSpan RoleAt { get; init; }
    /// <summary>The last change of role or fence; null = none seen.</summary>
    public TimeSpan? DisturbedAt { get; init; }
    public ImmutableArray<Speaker> Speakers { get; init; } = [];
    /// <summary>Number of the newest transition known of this process.</summary>
    public long Counter { get; init; }

    /// <summary>When the broker said that the connection of the process that reports had closed; null = it spoke since, or was never said gone.</summary>
    public TimeSpan? LostAt { get; init; }

    /// <summary>What it last refused, so that a repeated refusal is told once; null = it took the last order.</summary>
    public string? Refusal { get; init; }

    public NodeId Node => Member.Node;

    public TimeSpan Age(TimeSpan now) => now - HeardAt;

    public bool Fresh(TimeSpan now) => Reading is not null && Age(now) <= GroupRules.Suspect;

    /// <summary>What is stale is unknown.</summary>
    public VrrpRole Role(TimeSpan now) => Fresh(now) ? Reading!.Role : VrrpRole.Unknown;

    public bool IsMaster(TimeSpan now) => Role(now) == VrrpRole.Master;

    public Health Health(TimeSpan now) => Fresh(now) ? Reading!.Health : Contracts.Vocabulary.Health.Unknown;

    /// <summary>More than one process spoke lately. After a restart too, so it only means: no order.</summary>
    public bool Ambiguous(TimeSpan now) => Speakers.Length > 1 && Speakers.Count(s => now - s.LastAt <= GroupRules.Suspect) > 1;

    /// <summary>An older process still speaks after a newer one began: two agents run under one name.</summary>
    public bool Duplicate(TimeSpan now)
    {
        if (Speakers.Length < 2) return false;
        var live = Speakers.Where(s => now - s.LastAt <= GroupRules.Suspect).ToArray();
        if (live.Length < 2) return false;
        var youngest = live.Max(s => s.FirstAt);
        return live.Any(s => s.FirstAt < youngest && s.LastAt > youngest);
    }

    /// <summary>The view after an event; the same view when the event is not newer than what is known.</summary>
    public MemberView Hear(HealthEvent said, GroupName group, TimeSpan now)
    {
        var before = Speakers.FirstOrDefault(s => s.Process == said.Process);
        if (before.Process is not null && said.Seq <= before.Seq) return this;
        var me = before.Process is null ? new Speaker(said.Process, said.Seq, now, now) : before with { Seq = said.Seq, LastAt = now };
        var others = Speakers.Where(s => s.Process != said.Process && now - s.LastAt <= GroupRules.Suspect)
            .OrderByDescending(s => s.LastAt).Take(GroupRules.SpeakersMost - 1).ToImmutableArray();
        var heard = this with { Speakers = others.Add(me) };
        // the elder of two: known to be there, and that is all
        if (others.Any(s => s.FirstAt > me.FirstAt)) return heard;

        var reading = said.Groups.FirstOrDefault(g => g.Group == group);
        if (reading is null) return heard with { Event = said, Reading = null, HeardAt = now, LostAt = null };

        // an agent numbers from 1 in each process: against the numbers of an earlier one a new agent would be disbelieved for ever
        var sameLife = Event?.BootId == said.BootId && Event?.Process == said.Process;
        var counter = reading.Transitions.Count == 0 ? 0 : reading.Transitions.Max(t => t.Counter);
        // a transition that overtook the event stands; an event whose transitions were cut to make it fit proves by its age that it is newer
        if (sameLife && counter < Counter && now - TimeSpan.FromMilliseconds(reading.RoleMs) <= RoleAt && Reading is { } known)
            reading = reading with { Role = known.Role, VipPresent = known.VipPresent };
        return heard.Take(reading, now, now - TimeSpan.FromMilliseconds(reading.RoleMs)) with
        {
            Event = said,
            HeardAt = now,
            LostAt = null,
            Counter = sameLife ? Math.Max(counter, Counter) : counter,
        };
    }

    /// <summary>The agent's connection closed, by the broker's word. About a process that is not the one that reports it says nothing.</summary>
    public MemberView Lose(string process, TimeSpan now) => Event?.Process == process && LostAt is null ? this with { LostAt = now } : this;

    /// <summary>Its connection closed and it has not spoken for a heartbeat since.</summary>
    public bool Gone(TimeSpan now) => LostAt is { } at && now - at > GroupRules.SilentAfterHint;

    /// <summary>The view after a transition; unchanged when it is not newer, or of another process than the one that reports.</summary>
    public MemberView Observe(RoleObserved said, TimeSpan now)
    {
        if (Reading is null || Event!.Process != said.Process || Event.BootId != said.BootId || said.Counter <= Counter) return this;
        var reading = Reading with { Role = said.Role, VipPresent = said.VipPresent, RoleMs = said.AgeMs };
        return Take(reading, now, now - TimeSpan.FromMilliseconds(said.AgeMs)) with { Counter = said.Counter };
    }

    private MemberView Take(GroupReading reading, TimeSpan now, TimeSpan roleAt)
    {
        var disturbed = Reading is null ? roleAt
            : Reading.Role != reading.Role || Reading.Fenced != reading.Fenced ? now
            : DisturbedAt;
        return this with
        {
            Reading = reading,
            RoleAt = Reading?.Role == reading.Role ? RoleAt : roleAt,
            DisturbedAt = disturbed,
        };
    }
}
