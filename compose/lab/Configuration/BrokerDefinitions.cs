using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lab.Configuration;

/// <summary>RabbitMQ's users and what each may do: a node speaks for itself and hears what is meant for it.</summary>
internal static class BrokerDefinitions
{
    private const string VirtualHost = "ha";

    public static string Render(IReadOnlyDictionary<string, string> passwords)
    {
        var nodes = passwords.Keys.Where(user => user != "arbiter").ToList();
        return JsonSerializer.Serialize(new
        {
            users = passwords.Select(user => new
            {
                name = user.Key,
                password_hash = Hash(user.Value),
                hashing_algorithm = "rabbit_password_hashing_sha256",
                tags = Array.Empty<string>(),
            }),
            vhosts = new[] { new { name = VirtualHost } },
            permissions = nodes.Select(node => Permission(node, $@"^q\.agent\.{node}\..*$",
                    $@"^(vip\.health|vip\.state|q\.agent\.{node}\..*)$", $@"^(vip\.orders|vip\.term|q\.agent\.{node}\..*)$"))
                .Append(Permission("arbiter", @"^(vip\..*|q\.arbiter\..*)$", @"^(vip\..*|q\.arbiter\..*)$", @"^(vip\..*|q\.arbiter\..*)$")),
            topic_permissions = nodes.SelectMany(node => new[]
            {
                Topic(node, "vip.health", @"^health\.{username}$", "^$"),
                Topic(node, "vip.state", @"^state\.{username}$", "^$"),
                Topic(node, "vip.orders", "^$", @"^order\.{username}$"),
                Topic(node, "vip.term", "^$", "^term$"),
            }),
        });
    }

    private static object Permission(string user, string configure, string write, string read) =>
        new { user, vhost = VirtualHost, configure, write, read };

    private static object Topic(string user, string exchange, string write, string read) =>
        new { user, vhost = VirtualHost, exchange, write, read };

    /// <summary>RabbitMQ's own form: base64(salt, SHA-256(salt, password)), salt of 4 bytes.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
