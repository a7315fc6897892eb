using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Quorum;
using Arbiter.Schedules;
using Arbiter.Tests.Groups;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Schedules;

/// <summary>Each time of a schedule goes to the group once, or is recorded as missed once, whatever happens to clocks and leaders.</summary>
public sealed class ScheduleDeskTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 3, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Due = Start.AddHours(1);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly FakeRegister _register = new();
    private readonly Inbox _groups = new();
    private readonly ScheduleDesk _desk;
    private readonly string _name;

    public ScheduleDeskTests()
    {
        var options = new ScheduleOptions("web-switchover-1", Timetable.Cron("0 0 4 * * ?", TimeZoneInfo.Utc, out _)!, null, "weekly");
        _name = options.Name;
        _desk = new ScheduleDesk([new Planning(Web, options)], new Lazy<IGroups>(_groups), _register, new ProcessClock(_time), NullLogger<ScheduleDesk>.Instance);
    }

    private RecordedEvent[] Missed => [.. _register.Shown.Outbox.Events.Where(e => e.Type == EventTypes.ScheduleMissed)];

    private void Until(DateTimeOffset at) => _time.Advance(at - _time.GetUtcNow());

    [Fact]
    public void The_leader_asks_its_group_and_says_for_which_time()
    {
        _register.Gain(1);
        Until(Due);
        _desk.Fire(_name, Due);
        var asked = Assert.IsType<Input.MoveAsked>(Assert.Single(_groups.Posted)).Request;
        Assert.Equal(("scheduled", $"{_name} due 2026-03-04T04:00:00Z, weekly", new Firing(_name, Due), false), (asked.Kind, asked.Why, asked.Firing, asked.Force));
        Assert.Empty(Missed);
    }

    [Fact]
    public void A_follower_asks_nobody_and_records_nothing()
    {
        Until(Due);
        _desk.Fire(_name, Due);
        _desk.Account();
        Assert.Empty(_groups.Posted);
        Assert.Empty(_register.Wished);
    }

    [Fact]
    public void A_refusal_is_recorded_with_its_reason_once()
    {
        _register.Gain(1);
        Until(Due);
        _desk.Fire(_name, Due);
        var asked = ((Input.MoveAsked)_groups.Posted[0]).Request;
        _desk.Answered(Web, asked, false, "lb2 has not reported for 4.1 s");
        _desk.Answered(Web, asked, false, "again");
        Until(Due.AddMinutes(10));
        _desk.Account();
        var missed = Assert.Single(Missed);
        Assert.Equal(("switchover 0 0 4 * * ? due 2026-03-04T04:00:00Z was not made: lb2 has not reported for 4.1 s", _name), (missed.Reason, missed.To));
        Assert.Equal($"evt_test_web_{_name}_{Due.ToUnixTimeSeconds()}", missed.Id);
    }

    [Fact]
    public void A_refusal_that_the_register_did_not_take_is_wished_again_with_the_same_reason()
    {
        _register.Gain(1);
        Until(Due);
        _desk.Fire(_name, Due);
        _register.DropWishes = true;
        _desk.Answered(Web, ((Input.MoveAsked)_groups.Posted[0]).Request, false, "hold-down for another 42 s");
        _register.DropWishes = false;
        Until(Due.AddSeconds(31));
        _desk.Account();
        Assert.EndsWith("hold-down for another 42 s", Assert.Single(Missed).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 1, 0)]
    [InlineData(31, 0, 1)]
    public void What_fires_more_than_30_s_late_is_missed_and_not_run(int late, int posted, int missed)
    {
        _register.Gain(1);
        Until(Due.AddSeconds(late));
        _desk.Fire(_name, Due);
        Assert.Equal((posted, missed), (_groups.Posted.Count, Missed.Length));
        if (missed > 0) Assert.Contains("fired 31 s late", Missed[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_no_trigger_came_for_is_missed_too()
    {
        _register.Gain(1);
        Until(Due.AddSeconds(30.5));
        _desk.Account();
        Assert.EndsWith("nothing came of it, and nobody said why", Assert.Single(Missed).Reason, StringComparison.Ordinal);
        Until(Due.AddHours(2));
        _desk.Account();
        Assert.Single(Missed);
    }

    [Fact]
    public void A_new_leader_records_what_was_due_while_nobody_led_and_not_what_was_before_the_schedule_was_there()
    {
        _register.Gain(1);
        Assert.Equal(Start, _register.Shown.Outbox.Fired[_name]);
        Assert.Empty(Missed);

        _register.Show(_register.Shown with { Leading = false });
        Until(Due.AddSeconds(3));
        _register.Gain(2);
        Assert.Contains("leads only since behind that time (term 2)", Assert.Single(Missed).Reason, StringComparison.Ordinal);
        Assert.Equal(Due, _register.Shown.Outbox.Fired[_name]);
        // its own trigger comes a moment later, because its clock is: nothing any more
        _desk.Answered(Web, new MoveRequest("scheduled", "x") { Firing = new Firing(_name, Due) }, false, "leading for less than 10 s");
        Assert.Single(Missed);
    }

    [Fact]
    public void What_the_old_leader_made_is_not_missed()
    {
        _register.Gain(1);
        _register.Show(_register.Shown with { Leading = false, Outbox = new Firing(_name, Due).Spend(_register.Shown.Outbox) });
        Until(Due.AddSeconds(3));
        _register.Gain(2);
        Assert.Empty(Missed);
    }

    [Fact]
    public void A_week_without_a_leader_is_one_record_of_the_last_day()
    {
        _register.Gain(1);
        _register.Show(_register.Shown with { Leading = false });
        Until(Due.AddDays(7).AddHours(-2));
        _register.Gain(2);
        Assert.Contains("due 2026-03-10T04:00:00Z", Assert.Single(Missed).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void People_see_the_next_time_and_what_became_of_the_last()
    {
        _register.Gain(1);
        var before = Assert.Single(_desk.Of(Web));
        Assert.Equal((Due, null), (before.Next, before.Last));
        Assert.Empty(_desk.Of(GroupName.Parse("mail")));
    }

    private sealed class Inbox : IGroups
    {
        public List<Input> Posted { get; } = [];
        public bool Knows(NodeId node) => true;
        public void Post(NodeId node, Input input) => Posted.Add(input);
        public void Post(GroupName group, Input input) => Posted.Add(input);
        public void PostAll(Input input) => Posted.Add(input);
    }
}
