using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

public sealed class OverrideTests
{
    [Fact]
    public void A_variable_replaces_a_value_of_the_file() =>
        Assert.Equal(7, Reading.Good("a: 5", v => v.Integer(1, 9), ("APP__a", "7")));

    [Fact]
    public void Capitals_will_do() => Assert.Equal(7, Reading.Good("a: 5", v => v.Integer(1, 9), ("APP__A", "7")));

    [Fact]
    public void A_key_that_the_file_lacks_is_added_with_its_sections() =>
        Assert.Equal("x", Reading.Good("{}", v => v.Section()!.Optional("bC").Text(), ("APP__A__BC", "x")));

    [Fact]
    public void List_items_are_replaced_and_appended_by_index_ten_after_nine()
    {
        var variables = Enumerable.Range(1, 11).Select(i => ($"APP__a__{i}", $"v{i}")).ToArray();
        var items = Reading.Good("a: [ x, y ]", v => v.List(0, 20, "words")!.Select(i => i.Text()).ToArray(), variables);
        Assert.Equal(["x", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11"], items);
    }

    [Fact]
    public void A_list_that_the_file_lacks_is_made() =>
        Assert.Equal(2, Reading.Good("a:\n", v => v.Section()!.Optional("l").List(0, 5, "words")!.Count, ("APP__a__l__0", "x"), ("APP__a__l__1", "y")));

    [Fact]
    public void A_wrong_override_is_reported_under_its_own_name() =>
        Assert.Equal("environment APP__a: a: 70 is above 9: give a whole number from 1 to 9", Reading.Bad("a: 5", v => v.Integer(1, 9), ("APP__a", "70")));

    [Fact]
    public void An_override_of_an_unknown_key_is_an_error() =>
        Assert.Equal("environment APP__clsuter: clsuter: unknown key; did you mean 'cluster'?",
            Assert.Single(Reading.Of("cluster: x", root => root.Optional("cluster"), ("APP__clsuter", "y")).Errors));

    [Theory]
    [InlineData("APP__a__x", "environment APP__a__x: 'x' cannot be set: what it belongs to is a plain value in the file")]
    [InlineData("APP__l__5", "environment APP__l__5: '5' is no index of the list: it has 1 items, so use 0 to 1")]
    [InlineData("APP__l__x", "environment APP__l__x: 'x' is no index of the list: it has 1 items, so use 0 to 1")]
    [InlineData("APP__a____x", "environment APP__a____x: is no path of keys: write APP__key__key, two underscores between the keys, at most 12 keys")]
    public void An_override_that_fits_nowhere_is_an_error(string variable, string expected) =>
        Assert.Equal(expected, Assert.Single(Reading.Of("a: 5\nl: [ 1 ]\n", root => root.IgnoreRest(), (variable, "y")).Errors));

    [Fact]
    public void Other_variables_are_left_alone() =>
        Assert.Empty(Reading.Of("a: 1", root => root.Optional("a"), ("APP_URL", "x"), ("APPS__a", "y"), ("PATH", "z")).Errors);

    [Fact]
    public void References_work_in_overrides() =>
        Assert.Equal("word", Reading.Good("a: x", v => v.Secret(), ("APP__a", "${env:S}"), ("S", "word")));
}
