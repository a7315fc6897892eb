using Arbiter.Configuration;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Configuration;

public sealed class ScheduleReaderTests
{
    private static ConfigurationResult<ArbiterOptions> Parse(string schedule, string rest = "") => ArbiterConfiguration.Parse($$"""
        cluster: chengdu
        rabbitmq: { uri: "amqp://arbiter@127.0.0.1:5672/ha", password: word }
        quorum: { redis: [ "r1:6379", "r2:6379", "r3:6379" ] }
        security: { clusterKey: "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }
        {{rest}}
        groups:
          - name: web
            vips: [ 172.20.0.248/16 ]
            members: [ { node: lb1 }, { node: lb2 } ]
            schedule:
              - {{schedule.ReplaceLineEndings("\n      - ")}}
        """, new ConfigurationEnvironment(new Dictionary<string, string>()), "arb1");

    private static IReadOnlyList<ScheduleOptions> Good(string schedule)
    {
        var result = Parse(schedule);
        Assert.Empty(result.Errors);
        return result.Options!.Groups[0].Schedules;
    }

    [Fact]
    public void A_cron_expression_in_a_named_zone_is_taken()
    {
        var schedule = Assert.Single(Good("{ switchover: \"0 0 4 ? * SUN\", to: lb2, timeZone: Asia/Shanghai, reason: weekly }"));
        Assert.Equal((NodeId.Parse("lb2"), "weekly", "Asia/Shanghai"), (schedule.To, schedule.Why, schedule.Timetable.Zone.Id));
        // Saturday 20:00 UTC is Sunday 04:00 in Shanghai
        Assert.Equal(new DateTimeOffset(2026, 3, 7, 20, 0, 0, TimeSpan.Zero), schedule.Timetable.Next(new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero)));
        Assert.StartsWith("web-switchover-", schedule.Name, StringComparison.Ordinal);
        Assert.True(Names.IsValid(schedule.Name));
    }

    [Fact]
    public void One_time_is_taken_and_another_text_is_another_schedule()
    {
        var schedules = Good("{ switchover: { at: \"2099-12-01T04:00\" }, timeZone: Asia/Shanghai }\n{ switchover: { at: \"2099-12-01T04:00\" }, timeZone: UTC }");
        Assert.Equal([new(2099, 11, 30, 20, 0, 0, TimeSpan.Zero), new(2099, 12, 1, 4, 0, 0, TimeSpan.Zero)],
            schedules.Select(s => s.Timetable.Next(DateTimeOffset.UnixEpoch)!.Value));
        Assert.Equal(2, schedules.Select(s => s.Name).Distinct().Count());
        Assert.All(schedules, s => Assert.True(s.Timetable.Once && s.Timetable.Next(s.Timetable.Next(DateTimeOffset.UnixEpoch)!.Value) is null));
    }

    [Theory]
    [InlineData("{ drill: \"0 0 4 ? * SUN\", timeZone: UTC }", "groups[0].schedule[0].drill: is not available in this version: remove it")]
    [InlineData("{ timeZone: UTC }", "groups[0].schedule[0].switchover: is missing: give a cron expression such as \"0 0 4 ? * SUN\", or { at: \"2026-12-01T04:00\" }")]
    [InlineData("{ switchover: \"0 0 4 ? * SUN\" }", "groups[0].schedule[0].timeZone: is missing: name the time zone that the times are in, such as Asia/Shanghai or UTC")]
    [InlineData("{ switchover: \"0 0 4 ? * SUN\", timeZone: Asia/Chengdu }", "groups[0].schedule[0].timeZone: 'Asia/Chengdu' is no time zone of this machine: give a name such as Europe/Berlin, Asia/Shanghai or UTC (package tzdata)")]
    [InlineData("{ switchover: \"0 0 4 30 2 ?\", timeZone: UTC }", "groups[0].schedule[0].switchover: never comes: no day of any year fits")]
    [InlineData("{ switchover: \"0 0/5 * * * ?\", timeZone: UTC }", "groups[0].schedule[0].switchover: comes again after 5m: give at least 10m between two moves")]
    [InlineData("{ switchover: \"0 0,5 4 ? * SUN\", timeZone: UTC }", "groups[0].schedule[0].switchover: comes again after 5m: give at least 10m between two moves")]
    [InlineData("{ switchover: { at: tomorrow }, timeZone: UTC }", "groups[0].schedule[0].switchover.at: is no time: write it such as 2026-12-01T04:00, in the time zone given beside it")]
    [InlineData("{ switchover: { at: \"2099-03-29T02:30\" }, timeZone: Europe/Berlin }", "groups[0].schedule[0].switchover.at: does not exist in Europe/Berlin: the clocks go forward over it")]
    [InlineData("{ switchover: { }, timeZone: UTC }", "groups[0].schedule[0].switchover.at: is missing: give the time, such as \"2026-12-01T04:00\"")]
    [InlineData("{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC, to: lb3 }", "groups[0].schedule[0].to: 'lb3' is no member of this group: lb1, lb2")]
    [InlineData("{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC, too: lb2 }", "groups[0].schedule[0].too: unknown key; did you mean 'to'?")]
    [InlineData("{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC }\n{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC }", "groups[0].schedule[1]: says the same as an earlier schedule of this group: remove one")]
    public void A_wrong_schedule_is_an_error_with_its_line(string schedule, string expected)
    {
        var result = Parse(schedule);
        Assert.Null(result.Options);
        var error = Assert.Single(result.Errors);
        Assert.Equal(expected, $"{error.Path}: {error.Message}");
        Assert.InRange(error.Place.Line, 11, 12);
    }

    [Theory]
    [InlineData("\"every sunday\"", "it has 2 field(s)")]
    [InlineData("\"0 0 25 ? * SUN\"", "")]
    [InlineData("\"0 4 * * SUN\"", "it has five fields, as in a crontab: put the second in front")]
    [InlineData("\"0 0 4 1 * SUN\"", "day-of-month and day-of-week: exactly one of the two is '?'")]
    [InlineData("\"0 0 4 * * *\"", "day-of-month and day-of-week: exactly one of the two is '?'")]
    [InlineData("\"0 0 4 ? * ?\"", "day-of-month and day-of-week: exactly one of the two is '?'")]
    public void What_is_no_cron_expression_says_so(string cron, string why)
    {
        var error = Assert.Single(Parse($"{{ switchover: {cron}, timeZone: UTC }}").Errors);
        Assert.StartsWith($"is no cron expression: {why}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("six or seven fields: second minute hour day-of-month month day-of-week [year]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ switchover: { at: \"2099-12-01 04:00\" }, timeZone: Europe/Berlinn }")]
    [InlineData("{ switchover: \"0 4 * * SUN\", timeZone: Europe/Berlinn }")]
    public void A_wrong_zone_hides_no_wrong_time(string schedule) => Assert.Equal(2, Parse(schedule).Errors.Count);

    [Fact]
    public void A_time_in_the_past_is_a_warning_because_the_next_start_must_not_fail_for_it()
    {
        var result = Parse("{ switchover: { at: \"2020-01-01T04:00\" }, timeZone: UTC }");
        Assert.Empty(result.Errors);
        Assert.Equal("is in the past and does not come again: remove it", Assert.Single(result.Warnings).Message);
    }

    [Fact]
    public void The_history_is_kept_for_90_days_unless_said()
    {
        Assert.Equal(90, Parse("{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC }").Options!.HistoryKeep.TotalDays);
        Assert.Equal(7, Parse("{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC }", "history: { keep: 7d }").Options!.HistoryKeep.TotalDays);
        Assert.Equal("1h is below 1d: give a duration from 1d to 3650d", Assert.Single(Parse("{ switchover: \"0 0 4 ? * SUN\", timeZone: UTC }", "history: { keep: 1h }").Errors).Message);
    }

    /// <summary>Berlin: clocks go forward from 02:00 to 03:00 on 29 March 2026, back from 03:00 to 02:00 on 25 October.</summary>
    [Theory]
    [InlineData("0 30 2 * * ?", "2026-03-28T00:00Z", "2026-03-30T12:00Z", "2026-03-28T01:30Z 2026-03-29T01:00Z 2026-03-30T00:30Z")]
    [InlineData("0 30 2 * * ?", "2026-10-24T00:00Z", "2026-10-26T12:00Z", "2026-10-24T00:30Z 2026-10-25T00:30Z 2026-10-26T01:30Z")]
    [InlineData("0 0 4 * * ?", "2026-03-28T00:00Z", "2026-03-30T12:00Z", "2026-03-28T03:00Z 2026-03-29T02:00Z 2026-03-30T02:00Z")]
    public void A_change_of_the_clocks_does_what_the_documents_say(string cron, string from, string to, string expected)
    {
        var timetable = Timetable.Cron(cron, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), out _)!;
        var times = timetable.Between(DateTimeOffset.Parse(from, System.Globalization.CultureInfo.InvariantCulture), DateTimeOffset.Parse(to, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected, string.Join(' ', times.Select(t => t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture))));
    }
}
