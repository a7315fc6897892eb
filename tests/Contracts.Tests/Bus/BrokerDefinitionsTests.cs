using System.Text.Json;
using System.Text.RegularExpressions;
using Contracts.Bus;
using Contracts.Vocabulary;

namespace Contracts.Tests.Bus;

public sealed class BrokerDefinitionsTests
{
    private static JsonElement Permissions(string user)
    {
        var definitions = new BrokerDefinitions().AddNode(NodeId.Parse("lb1"), "p", "salt"u8).AddArbiter("arbiter", "p", "tlas"u8).AddSubscriber("billing", "p", "last"u8);
        return JsonDocument.Parse(definitions.ToJson()).RootElement.GetProperty("permissions").EnumerateArray().Single(p => p.GetProperty("user").GetString() == user);
    }

    [Theory]
    [InlineData("lb1", "configure", "q.agent.lb1.p1", true)]
    [InlineData("lb1", "configure", "q.agent.lb10.p1", false)]
    [InlineData("lb1", "configure", "vip.health", false)]
    [InlineData("lb1", "write", "vip.health", true)]
    [InlineData("lb1", "write", "vip.state", true)]
    [InlineData("lb1", "write", "vip.orders", false)]
    [InlineData("lb1", "write", "vip-health", false)]
    [InlineData("lb1", "write", "", false)]
    [InlineData("lb1", "read", "vip.orders", true)]
    [InlineData("lb1", "read", "vip.health", false)]
    [InlineData("lb1", "read", "q.agent.lb2.p1", false)]
    [InlineData("lb1", "read", "amq.rabbitmq.event", false)]
    [InlineData("lb1", "configure", "vip.canary", false)]
    [InlineData("lb1", "write", "vip.canary", true)]
    [InlineData("lb1", "read", "vip.canary", true)]
    [InlineData("arbiter", "configure", "vip.canary", true)]
    [InlineData("arbiter", "read", "amq.rabbitmq.event", true)]
    [InlineData("arbiter", "write", "amq.rabbitmq.event", false)]
    [InlineData("arbiter", "configure", "vip.orders", true)]
    [InlineData("arbiter", "configure", "q.agent.lb1.p1", false)]
    [InlineData("arbiter", "write", "vip.orders", true)]
    [InlineData("arbiter", "write", "vip.health", false)]
    [InlineData("arbiter", "read", "vip.health", true)]
    [InlineData("arbiter", "read", "vip.orders", false)]
    [InlineData("arbiter", "write", "vip.events", true)]
    [InlineData("arbiter", "read", "vip.events", false)]
    [InlineData("arbiter", "write", "arbiter.verbs", true)]
    [InlineData("arbiter", "read", "arbiter.news", true)]
    [InlineData("arbiter", "configure", "arbiter.else", false)]
    [InlineData("lb1", "write", "vip.events", false)]
    [InlineData("lb1", "read", "vip.events", false)]
    [InlineData("lb1", "write", "arbiter.verbs", false)]
    [InlineData("lb1", "read", "arbiter.news", false)]
    [InlineData("lb1", "write", "q.arbiter.a1.plane.x", false)]
    [InlineData("billing", "read", "vip.events", true)]
    [InlineData("billing", "configure", "q.subscriber.billing.1", true)]
    [InlineData("billing", "configure", "q.subscriber.other.1", false)]
    [InlineData("billing", "write", "vip.events", false)]
    [InlineData("billing", "configure", "vip.events", false)]
    [InlineData("billing", "write", "arbiter.verbs", false)]
    [InlineData("billing", "read", "vip.health", false)]
    public void Each_user_may_do_what_it_needs_and_nothing_else(string user, string what, string resource, bool allowed) =>
        Assert.Equal(allowed, Regex.IsMatch(resource, Permissions(user).GetProperty(what).GetString()!));

    /// <summary>The rabbitmqctl lines that docs/operating.md gives, of one user: what stands behind the user's name, without quotes.</summary>
    private static IEnumerable<string> Documented(string command, string user)
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) at = at.Parent!;
        var text = File.ReadAllText(Path.Combine(at.FullName, "docs", "operating.md")).Replace("\\\n", "", StringComparison.Ordinal);
        // as the shell does: within double quotes a variable is replaced and \$ is a dollar sign
        text = text.Replace("\\$", "\u0001", StringComparison.Ordinal).Replace("$N", "lb1", StringComparison.Ordinal).Replace('\u0001', '$');
        return text.Split('\n').Where(l => l.StartsWith($"rabbitmqctl {command} -p ha {user} ", StringComparison.Ordinal))
            .Select(l => Regex.Replace(l.Split($" {user} ")[1].Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal), " +", " ").Trim());
    }

    [Theory]
    [InlineData("lb1", 5)]
    [InlineData("arbiter", 7)]
    public void The_commands_for_an_operator_give_the_same_rights(string user, int topics)
    {
        var all = JsonDocument.Parse(new BrokerDefinitions().AddNode(NodeId.Parse("lb1"), "p", "salt"u8).AddArbiter("arbiter", "p", "tlas"u8).ToJson()).RootElement;
        IEnumerable<string> Rights(string list, params string[] names) => all.GetProperty(list).EnumerateArray()
            .Where(p => p.GetProperty("user").GetString() == user).Select(p => string.Join(' ', names.Select(n => p.GetProperty(n).GetString())));
        Assert.Equal(Rights("permissions", "configure", "write", "read"), Documented("set_permissions", user));
        Assert.Equal(Rights("topic_permissions", "exchange", "write", "read").Order(StringComparer.Ordinal), Documented("set_topic_permissions", user).Order(StringComparer.Ordinal));
        Assert.Equal(topics, Documented("set_topic_permissions", user).Count());
    }

    [Fact]
    public void A_password_stands_there_as_salt_and_hash_only()
    {
        // the example of the RabbitMQ documentation of password hashing
        Assert.Equal("kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", BrokerDefinitions.HashPassword("test12", [0x90, 0x8D, 0xC6, 0x0A]));
        Assert.Throws<ArgumentException>(() => BrokerDefinitions.HashPassword("x", [1, 2, 3]));
        Assert.DoesNotContain("guess-me", System.Text.Encoding.UTF8.GetString(new BrokerDefinitions().AddNode(NodeId.Parse("lb1"), "guess-me", "salt"u8).ToJson()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_user_twice_is_refused() =>
        Assert.Throws<ArgumentException>(() => new BrokerDefinitions().AddArbiter("a", "p", "salt"u8).AddArbiter("a", "p", "salt"u8));
}
