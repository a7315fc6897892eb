using Arbiter.Configuration;
using Contracts.Configuration;

namespace Arbiter.Tests.Notifications;

public sealed class ReceiverConfigurationTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static ConfigurationResult<ArbiterOptions> Parse(string rest) => ArbiterConfiguration.Parse($$"""
        cluster: chengdu
        rabbitmq: { uri: "amqp://arbiter@127.0.0.1:5672/ha", password: word }
        quorum: { redis: [ "r1:6379", "r2:6379", "r3:6379" ] }
        security: { clusterKey: "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }
        groups:
          - { name: web, vips: [ 172.20.0.248/16 ], members: [ { node: lb1 }, { node: lb2 } ] }
          - { name: mail, vips: [ 172.20.0.249/16 ], members: [ { node: lb3 }, { node: lb4 } ] }
        {{rest}}
        """, ConfigurationEnvironment.Empty, "arb1");

    private static string Receiver(string more, string secret = $"secret: {Secret}") => $"receivers: [ {{ name: ops, type: webhook, {secret}, {more} }} ]";

    [Fact]
    public void A_receiver_gets_the_documented_defaults()
    {
        var result = Parse(Receiver("url: \"https://alerts.example/hook\""));
        Assert.Empty(result.Errors);
        var receiver = Assert.Single(result.Options!.Receivers);
        Assert.Equal(("ops", "https://alerts.example:443", TimeSpan.FromSeconds(5), 24), (receiver.Name, receiver.Shown, receiver.Timeout, receiver.Secrets.Single().Length));
        Assert.Null(receiver.Proxy);
        Assert.Empty(result.Options.Routes);
    }

    [Fact]
    public void Two_secrets_a_network_and_a_proxy_are_taken()
    {
        var result = Parse(Receiver("url: \"http://10.1.2.3:8080/hook\", allowHttp: true, allow: [ 10.0.0.0/8 ], timeout: 10s, proxy: \"http://proxy:3128\"", $"secrets: [ {Secret}, {Secret} ]"));
        Assert.Empty(result.Errors);
        var receiver = Assert.Single(result.Options!.Receivers);
        Assert.Equal((2, 1, TimeSpan.FromSeconds(10), "proxy"), (receiver.Secrets.Length, receiver.Allow.Length, receiver.Timeout, receiver.Proxy!.Host));
    }

    [Theory]
    [InlineData("url: \"http://alerts.example/\"", "url: is http")]
    [InlineData("url: \"https://user:pw@alerts.example/\"", "url: holds a user")]
    [InlineData("url: \"ftp://alerts.example/\"", "url: is no web address")]
    [InlineData("url: \"https://127.0.0.1/\"", "url: is never connected to: 127.0.0.1 is a loopback address")]
    [InlineData("url: \"https://[::ffff:10.0.0.1]/\"", "url: is never connected to")]
    [InlineData("url: \"https://[::1]/\"", "url: is never connected to: ::1 is a loopback address")]
    [InlineData("url: \"https://a.example/#x\"", "url: holds a '#'")]
    [InlineData("url: \"https://a.example/\", allow: [ 10.0.0.1/8 ]", "allow[0]: is no network")]
    [InlineData("url: \"https://a.example/\", allow: [ 0.0.0.0/0 ]", "allow[0]: is every address")]
    [InlineData("url: \"https://a.example/\", timeout: 1m", "timeout: 1m is above 30s")]
    [InlineData("url: \"https://a.example/\", proxy: \"http://u:p@proxy:3128\"", "proxy: holds a user")]
    [InlineData("url: \"https://a.example/\", hedaers: {}", "hedaers: unknown key")]
    public void Wrong_receivers_are_errors(string more, string expected)
    {
        var error = Assert.Single(Parse(Receiver(more)).Errors);
        Assert.StartsWith($"receivers[0].{expected}", $"{error.Path}: {error.Message}");
        Assert.DoesNotContain("pw", error.Message);
    }

    [Theory]
    [InlineData("secret: abcdefgh", "does not begin with whsec_")]
    [InlineData("secret: whsec_QUJD", "24 to 64 bytes")]
    [InlineData("secret: whsk_QUJD", "ed25519")]
    [InlineData("secrets: [ whsec_QUJD ]", "24 to 64 bytes")]
    [InlineData("secrets: []", "has 0 secrets")]
    public void Wrong_secrets_are_errors_that_do_not_repeat_them(string secret, string expected)
    {
        var error = Assert.Single(Parse(Receiver("url: \"https://a.example/\"", secret)).Errors);
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain("QUJD", error.Message);
        Assert.DoesNotContain("abcdefgh", error.Message);
    }

    [Fact]
    public void Other_types_are_not_available()
    {
        var error = Assert.Single(Parse("receivers: [ { name: duty, type: dingtalk, url: x, keyword: y } ]").Errors);
        Assert.Equal("receivers[0].type", error.Path);
        Assert.Contains("not available in this version", error.Message);
    }

    [Fact]
    public void The_name_of_the_arbiters_own_receiver_is_refused()
    {
        var error = Assert.Single(Parse($"receivers: [ {{ name: vip-events, type: webhook, secret: {Secret}, url: \"https://a.example/\" }} ]").Errors);
        Assert.Equal("receivers[0].name: 'vip-events' is the arbiter's own receiver for the exchange vip.events: give this one another name", $"{error.Path}: {error.Message}");
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        var result = Parse("""
            receivers:
              - { name: OPS, type: webhook, url: "http://a.example/" }
              - { name: ops, type: webhook, url: "https://a.example/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }
              - { name: ops, type: webhook, url: "https://a.example/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }
            routes: [ { match: { severity: grave, colour: red }, to: [ ops ] }, { match: {} } ]
            """);
        Assert.Equal(
            ["receivers[0].name", "receivers[0].secret", "receivers[0].url", "receivers[2].name", "routes[0].match.colour", "routes[0].match.severity", "routes[1].to"],
            result.Errors.Select(e => e.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_receiver_that_is_wrong_elsewhere_hides_no_wrong_name_in_a_route_and_is_known_there()
    {
        var result = Parse(Receiver("url: \"http://a.example/\"") + "\nroutes: [ { to: [ ops, oops ] } ]");
        Assert.Equal(["receivers[0].url", "routes[0].to[1]"], result.Errors.Select(e => e.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Routes_take_one_word_or_several()
    {
        var result = Parse(Receiver("url: \"https://a.example/\"") + "\nroutes: [ { match: { severity: [ warning, critical ], group: web, type: decision_made }, to: ops } ]");
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        var route = Assert.Single(result.Options!.Routes);
        Assert.Equal(["warning", "critical"], route.Severities);
        Assert.Equal(["web", "ops"], route.Groups.Concat(route.To));
    }

    [Theory]
    [InlineData("routes: [ { to: [ nobody ] } ]", "routes[0].to[0]: 'nobody' is no receiver; known: ops")]
    [InlineData("routes: [ { to: [ ops ], fallback: ops } ]", "routes[0].fallback: 'ops' stands under 'to' as well")]
    [InlineData("routes: [ { to: [ ops, vip-events ] } ]", "routes[0].to[1]: is told every event, whatever the routes say")]
    [InlineData("routes: [ { match: { type: moved }, to: [ ops ] } ]", "routes[0].match.type: 'moved' is no type; known: role_changed")]
    public void Wrong_routes_are_errors(string routes, string expected)
    {
        var error = Assert.Single(Parse(Receiver("url: \"https://a.example/\"") + "\n" + routes).Errors);
        Assert.StartsWith(expected, $"{error.Path}: {error.Message}");
    }

    [Theory]
    [InlineData("routes: [ { match: { group: wbe }, to: [ ops ] } ]", "can never match: there is no group 'wbe'")]
    [InlineData("routes: [ { match: { group: web, node: lb3 }, to: [ ops ] } ]", "can never match: no group of it has a node of it")]
    [InlineData("routes: [ { to: [ ops ] }, { to: [ ops ] } ]", "is the same as an earlier route")]
    public void Routes_that_can_never_matter_are_warned_of(string routes, string expected) =>
        Assert.Contains(Parse(Receiver("url: \"https://a.example/\"") + "\n" + routes).Warnings, w => w.Message.StartsWith(expected, StringComparison.Ordinal));
}
