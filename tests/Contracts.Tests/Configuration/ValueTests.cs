using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

public sealed class ValueTests
{
    private enum Colour { Red, Green }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("3s", 3_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0s", 0)]
    public void Durations_are_a_number_and_a_unit(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Reading.Good($"a: {text}", v => v.Duration(TimeSpan.Zero, TimeSpan.FromDays(8))));

    [Theory]
    [InlineData("500", "'500' has no unit: write 500ms or 500s (1s to 1h)")]
    [InlineData("3 s", "'3 s' is no duration: " + DurationText.Rule)]
    [InlineData("-3s", "'-3s' is no duration: " + DurationText.Rule)]
    [InlineData("1m30s", "'1m30s' is no duration: " + DurationText.Rule)]
    [InlineData("1e3s", "'1e3s' is no duration: " + DurationText.Rule)]
    [InlineData("1.0001s", "'1.0001s' is no duration: " + DurationText.Rule)]
    [InlineData("3w", "'3w' is no duration: " + DurationText.Rule)]
    [InlineData("999ms", "999ms is below 1s: give a duration from 1s to 1h")]
    [InlineData("2h", "2h is above 1h: give a duration from 1s to 1h")]
    [InlineData("[ 1s ]", "is a list where a duration is expected")]
    public void Other_durations_are_refused_with_what_to_write(string text, string expected) =>
        Assert.Equal($"test.yaml:1:4: a: {expected}", Reading.Bad($"a: {text}", v => v.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))));

    [Fact]
    public void A_duration_printed_reads_back_the_same() =>
        CsCheck.Check.Sample(CsCheck.Gen.Long[0, 100L * 86_400_000], ms =>
        {
            var duration = TimeSpan.FromMilliseconds(ms);
            return DurationText.TryParse(DurationText.Format(duration), out var back) && back == duration;
        });

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("on", true)]
    [InlineData("FALSE", false)]
    [InlineData("off", false)]
    public void Booleans_are_those_of_yaml_1_2_and_on_and_off(string text, bool expected) =>
        Assert.Equal(expected, Reading.Good($"a: {text}", v => v.Boolean()));

    [Theory]
    [InlineData("yes", "'yes' is neither on nor off: write on, off, true or false")]
    [InlineData("1", "'1' is neither on nor off: write on, off, true or false")]
    [InlineData("\"on\"", "is a text in quotes where on or off is expected: remove the quotes")]
    [InlineData("", "has no value: give on or off, or remove the key")]
    [InlineData("~", "has no value: give on or off, or remove the key")]
    public void Other_booleans_are_refused(string text, string expected) =>
        Assert.EndsWith($"a: {expected}", Reading.Bad($"a: {text}", v => v.Boolean()));

    [Theory]
    [InlineData("300", "300 is above 245: give a whole number from 2 to 245")]
    [InlineData("1", "1 is below 2: give a whole number from 2 to 245")]
    [InlineData("0x10", "'0x10' is no whole number: give one from 2 to 245")]
    [InlineData("010", "'010' is no whole number: give one from 2 to 245")]
    [InlineData("+5", "'+5' is no whole number: give one from 2 to 245")]
    [InlineData("1_0", "'1_0' is no whole number: give one from 2 to 245")]
    [InlineData("2.0", "'2.0' is no whole number: give one from 2 to 245")]
    [InlineData("99999999999", "'99999999999' is no whole number: give one from 2 to 245")]
    [InlineData("'5'", "is a text in quotes where a whole number is expected: remove the quotes")]
    public void Whole_numbers_are_plain_and_in_range(string text, string expected) =>
        Assert.Equal($"test.yaml:1:4: a: {expected}", Reading.Bad($"a: {text}", v => v.Integer(2, 245)));

    [Fact]
    public void A_slip_in_a_choice_is_answered_with_the_nearest_word() =>
        Assert.Equal("test.yaml:1:4: a: 'gren' is not one of red, green; did you mean 'green'?",
            Reading.Bad("a: gren", v => v.OneOf(("red", Colour.Red), ("green", Colour.Green))));

    [Fact]
    public void A_choice_is_taken() =>
        Assert.Equal(Colour.Green, Reading.Good("a: green", v => v.OneOf(("red", Colour.Red), ("green", Colour.Green))));

    [Theory]
    [InlineData("clsuter: x", "test.yaml:1:1: clsuter: unknown key; did you mean 'cluster'?")]
    [InlineData("Cluster: x", "test.yaml:1:1: Cluster: unknown key; did you mean 'cluster'?")]
    [InlineData("zzzzzz: x", "test.yaml:1:1: zzzzzz: unknown key; known here: cluster, node")]
    public void Unknown_keys_are_errors(string text, string expected) => Assert.Equal(expected, Assert.Single(Reading.Of(text, root =>
    {
        root.Optional("cluster");
        root.Optional("node");
    }).Errors));

    [Fact]
    public void Unknown_keys_of_a_section_inside_are_errors_too() =>
        Assert.Equal("test.yaml:3:3: a.lisen: unknown key; did you mean 'listen'?",
            Assert.Single(Reading.Of("a:\n  listen: x\n  lisen: y\n", root => root.Optional("a").Section()!.Optional("listen")).Errors));

    [Fact]
    public void A_missing_key_is_reported_where_its_section_starts() =>
        Assert.Equal("test.yaml:2:3: a.node: is missing: give it",
            Assert.Single(Reading.Of("a:\n  x: 1\n", root =>
            {
                var section = root.Optional("a").Section()!;
                section.Optional("x");
                section.Required("node", "give it");
            }).Errors));

    [Fact]
    public void Lists_tell_their_length_and_items_their_index()
    {
        Assert.Equal("test.yaml:1:4: a: has 0 names: give 1 to 3", Reading.Bad("a: []", v => v.List(1, 3, "names")));
        Assert.Equal("test.yaml:1:4: a: is a value where a list of names is expected: write [ ... ] or lines that start with '- '",
            Reading.Bad("a: x", v => v.List(1, 3, "names")));
        Assert.Equal("test.yaml:1:9: a[1]: 9 is above 5: give a whole number from 1 to 5",
            Assert.Single(Reading.Of("a: [ 1, 9 ]", root =>
            {
                foreach (var item in root.Optional("a").List(1, 3, "numbers")!) item.Integer(1, 5);
            }).Errors));
    }

    [Fact]
    public void Messages_stay_on_one_line_whatever_the_file_holds()
    {
        var error = Reading.Bad("a: \"x\\ny\\e[31m\\u2028" + new string('z', 500) + "\"", v => v.OneOf(("red", Colour.Red)));
        Assert.DoesNotContain(error, char.IsControl);
        Assert.DoesNotContain('\u2028', error);
        Assert.True(error.Length < 200);
    }
}
