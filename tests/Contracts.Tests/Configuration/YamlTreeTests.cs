using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

public sealed class YamlTreeTests
{
    [Theory]
    [InlineData("a: 1\nb: 2\na: 3\n", "test.yaml:3:1: a: stands here for the second time (first on line 1): keep one")]
    [InlineData("a: &x 1\n", "test.yaml:1:4: a: an anchor ('&x') is not allowed: write the value out where it is needed")]
    [InlineData("a: [ *x ]\n", "test.yaml:1:6: a[0]: an alias ('*x') is not allowed: write the value out")]
    [InlineData("a: !!str 1\n", "test.yaml:1:4: a: a tag ('!...') is not allowed: write the plain value")]
    [InlineData("a: { b: !x {} }\n", "test.yaml:1:9: a.b: a tag ('!...') is not allowed: write the plain value")]
    [InlineData("a: 1\n---\nb: 2\n", "test.yaml:2:1: a second document starts here: keep one document in the file and remove '---'")]
    [InlineData("[ a ]: 1\n", "test.yaml:1:1: a list cannot be a key: a key is one word")]
    [InlineData("- a\n", "test.yaml:1:1: the file is a list where 'key: value' lines are expected")]
    [InlineData("", "test.yaml: is empty: see docs/configuration.md for what must stand in it")]
    [InlineData("# nothing\n", "test.yaml: is empty: see docs/configuration.md for what must stand in it")]
    [InlineData("---\n", "test.yaml: is empty: see docs/configuration.md for what must stand in it")]
    public void What_strict_yaml_refuses_is_named_with_its_place(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(Reading.Of(text).Errors));

    [Theory]
    [InlineData("a: [ 1\n")]
    [InlineData("a: \"open\n")]
    [InlineData("a: b: c\n")]
    [InlineData("a:\n\tb: 1\n")]
    [InlineData("a: \"\\UFFFFFFFF\"\n")]
    public void Broken_syntax_is_one_error(string text) =>
        Assert.Contains("is not YAML", Assert.Single(Reading.Of(text).Errors));

    [Fact]
    public void Depth_is_limited_before_the_scanner_becomes_slow() =>
        Assert.Contains("more than 12 levels deep", Assert.Single(Reading.Of("a: " + new string('[', 200_000)).Errors));

    [Fact]
    public void The_number_of_values_is_limited() =>
        Assert.Contains("more than 20000 values", Assert.Single(Reading.Of("a: [" + string.Concat(Enumerable.Repeat("1,", 30_000)) + "1]").Errors));

    [Fact]
    public void A_text_above_256_KB_is_refused() =>
        Assert.Equal("test.yaml: the file is larger than 256 KB", Assert.Single(Reading.Of(new string('#', 256 * 1024 + 1)).Errors));

    [Fact]
    public void All_problems_come_sorted_by_line_and_bounded()
    {
        var lines = string.Concat(Enumerable.Range(0, 300).Select(i => $"key{i}: 1\n"));
        var errors = Reading.Of(lines, root => root.Optional("wanted")).Errors;
        Assert.Equal(201, errors.Count);
        Assert.StartsWith("test.yaml:1:1: key0: unknown key", errors[0]);
        Assert.StartsWith("test.yaml:200:1: key199: unknown key", errors[199]);
        Assert.Equal("test.yaml: and 100 more errors", errors[200]);
    }

    [Theory]
    [InlineData("does-not-exist.yaml", "does not exist")]
    [InlineData("/", "may not be read by this user (or is a directory)")]
    [InlineData("/dev/zero", "is larger than 256 KB")]
    [InlineData("", "cannot be read")]
    public void A_file_that_cannot_be_read_is_an_error_not_an_exception(string path, string expected)
    {
        var result = ConfigurationDocument.Load(path, "APP", ConfigurationEnvironment.Empty).Finish("x");
        Assert.Null(result.Options);
        Assert.Contains(expected, Assert.Single(result.Errors).Message);
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused_and_a_byte_order_mark_is_skipped()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [0x61, 0x3a, 0x20, 0xff, 0xfe]);
            Assert.Contains("is not UTF-8 text", Assert.Single(ConfigurationDocument.Load(path, "APP", ConfigurationEnvironment.Empty).Finish("x").Errors).Message);
            File.WriteAllBytes(path, [0xef, 0xbb, 0xbf, 0x61, 0x3a, 0x20, 0x31]);
            var document = ConfigurationDocument.Load(path, "APP", ConfigurationEnvironment.Empty);
            Assert.Equal(1, document.Root!.Optional("a").Integer(0, 9));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
