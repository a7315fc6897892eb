using System.Text;
using CsCheck;
using NodeAgent.Metrics;

namespace NodeAgent.Tests.Metrics;

public sealed class MetricTextTests
{
    [Fact]
    public void Whatever_a_label_holds_comes_back_as_it_was_and_breaks_no_line()
    {
        var labels = Gen.OneOf(Gen.String, Gen.String[Gen.Char["\\\"\n{}=, \t\r#é漢"], 0, 20], Gen.String[Gen.Char, 0, 40]);
        Gen.Select(labels, labels, Gen.Double).Sample((a, b, value) =>
        {
            var text = new MetricText();
            text.Gauge("first", "help with \\ and \n in it", value, ("a", a), ("b", b));
            text.Counter("second_total", "help", 1, ("a", b));
            var read = Exposed.Read(text.Written);
            Assert.Equal(2, read.Samples.Count);
            Assert.Equal(Whole(a), read.Samples[0].Labels.GetValueOrDefault("a", ""));
            Assert.Equal(Whole(b), read.Samples[0].Labels.GetValueOrDefault("b", ""));
            Assert.Equal(Whole(b), read.Samples[1].Labels.GetValueOrDefault("a", ""));
            Assert.Equal(value, read.Samples[0].Value);
        }, iter: 20_000);
    }

    /// <summary>What UTF-8 can say of it: half a surrogate pair becomes U+FFFD.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void A_family_is_declared_once_and_before_its_first_sample_and_stays_together()
    {
        var text = new MetricText();
        text.Gauge("a", "first", 1, ("x", "1"));
        text.Gauge("a", "first", 2, ("x", "2"));
        text.Counter("b_total", "second", 3);
        text.Gauge("a", "first", 4, ("x", "3"));
        Assert.Equal("# HELP a first\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 2\n# HELP b_total second\n# TYPE b_total counter\nb_total 3\n", Encoding.UTF8.GetString(text.Written.Span));
        Assert.Equal(1, text.Dropped);
    }

    [Fact]
    public void It_stops_growing_at_its_end()
    {
        var text = new MetricText(1000);
        for (var i = 0; i < 1000; i++) text.Gauge("a", "help", i, ("x", $"{i}"));
        Assert.InRange(text.Written.Length, 1000, 1200);
        Assert.True(text.Dropped > 900);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e21, "1E+21")]
    public void Numbers_are_written_as_the_format_has_them(double value, string expected)
    {
        var text = new MetricText();
        text.Gauge("a", "h", value);
        Assert.EndsWith($"a {expected}\n", Encoding.UTF8.GetString(text.Written.Span));
    }
}
