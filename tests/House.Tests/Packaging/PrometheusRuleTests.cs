using System.Text.RegularExpressions;

namespace House.Tests.Packaging;

/// <summary>The shipped Prometheus rules, judged by Prometheus' own promtool.</summary>
public sealed partial class PrometheusRuleTests
{
    private const string Folder = "packaging/prometheus";

    public static TheoryData<string> Shipped => ["arbiter", "keepalived", "haproxy"];

    [Theory]
    [MemberData(nameof(Shipped))]
    [Trait("tier", "integration")]
    public async Task Promtool_finds_nothing_wrong_with_the_rules(string name)
    {
        var (code, text) = await Promtool("check", "rules", "--lint=all", "--lint-fatal", House.Absolute($"{Folder}/{name}.rules.yml"));
        Assert.True(code == 0, text);
    }

    [Theory]
    [InlineData("arbiter")]
    [InlineData("keepalived")]
    [InlineData("haproxy")]
    [InlineData("seed")]
    [Trait("tier", "integration")]
    public async Task Each_alert_fires_stays_quiet_and_resolves_as_its_cases_say(string name)
    {
        var (code, text) = await Promtool("test", "rules", House.Absolute($"{Folder}/tests/{name}.test.yml"));
        Assert.True(code == 0, text);
    }

    [Fact]
    [Trait("tier", "integration")]
    public async Task A_case_fails_when_its_rule_is_broken()
    {
        var folder = Directory.CreateTempSubdirectory("arbiter-rules-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "tests"));
            var rules = House.Read($"{Folder}/arbiter.rules.yml");
            Assert.Contains("(vip_observed_holders) == 0", rules);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "arbiter.rules.yml"), rules.Replace("(vip_observed_holders) == 0", "(vip_observed_holders) == 5"));
            var cases = Path.Combine(folder.FullName, "tests", "arbiter.test.yml");
            await File.WriteAllTextAsync(cases, House.Read($"{Folder}/tests/arbiter.test.yml"));
            var (code, text) = await Promtool("test", "rules", cases);
            Assert.NotEqual(0, code);
            Assert.Contains("VipNoHolder", text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    [Trait("tier", "integration")]
    public async Task The_example_scrape_configuration_is_one()
    {
        var (code, text) = await Promtool("check", "config", "--syntax-only", House.Absolute($"{Folder}/prometheus.example.yml"));
        Assert.True(code == 0, text);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_alert_has_a_name_of_its_own_a_case_in_which_it_fires_and_one_in_which_it_does_not(string name)
    {
        var alerts = Alert().Matches(House.Read($"{Folder}/{name}.rules.yml")).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(alerts.Distinct(), alerts);
        var cases = Case().Matches(House.Read($"{Folder}/tests/{name}.test.yml")).Select(m => (Alert: m.Groups[1].Value, Quiet: m.Groups[2].Value == " []")).ToList();
        foreach (var alert in alerts)
        {
            Assert.Contains((alert, false), cases);
            // before and after: a case that never resolves is half a case
            Assert.True(cases.Count(c => c == (alert, true)) >= 2, alert);
        }
    }

    [Fact]
    public void No_two_files_share_an_alert()
    {
        var all = Shipped.SelectMany(n => Alert().Matches(House.Read($"{Folder}/{n.Data}.rules.yml")).Select(m => m.Groups[1].Value)).ToList();
        Assert.Equal(all.Distinct(), all);
    }

    [Fact]
    public void Every_metric_that_a_rule_asks_for_is_documented_or_haproxys_own()
    {
        var documented = House.Read("docs/metrics.md");
        foreach (var name in Shipped.Select(n => n.Data))
            foreach (Match metric in Metric().Matches(Expressions(House.Read($"{Folder}/{name}.rules.yml"))))
                Assert.True(documented.Contains($"`{metric.Value}`", StringComparison.Ordinal), $"{name}.rules.yml asks for {metric.Value}, which docs/metrics.md does not know");
    }

    private static string Expressions(string rules) =>
        string.Join('\n', rules.Split('\n').Where(l => !l.TrimStart().StartsWith('#') && !l.Contains("summary:", StringComparison.Ordinal) && !l.Contains("action:", StringComparison.Ordinal)));

    private static Task<(int Code, string Text)> Promtool(params string[] arguments) => Tool.Run("/usr/bin/promtool", arguments);

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"alertname: (\w+)\n\s+exp_alerts:( \[\])?")]
    private static partial Regex Case();

    [GeneratedRegex(@"\b(?:vip|keepalived|haproxy|arbiter)_\w+(?=[\s{\[)]|$)", RegexOptions.Multiline)]
    private static partial Regex Metric();
}
