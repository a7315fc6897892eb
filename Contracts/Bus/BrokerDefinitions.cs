using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Contracts.Bus;

/// <summary>
/// Who may do what at the broker, as a definitions file for <c>load_definitions</c> (docs/wire.md). One user per node, named like the node:
/// it has its own queue, writes health and state under its own name and reads the orders for its own name, and nothing else. Pure: salts come in.
/// </summary>
public sealed class BrokerDefinitions(string virtualHost = "/")
{
    public const int SaltBytes = 4;
    private const string Nothing = "^$";
    private const string OwnCanary = @"^canary\.{username}$";

    private readonly List<User> _users = [];

    private sealed record User(string Name, string PasswordHash, string Configure, string Write, string Read, (string Exchange, string Write, string Read)[] Topics);

    /// <param name="salt">4 random bytes, other ones for each user.</param>
    public BrokerDefinitions AddNode(NodeId node, string password, ReadOnlySpan<byte> salt)
    {
        // a node's name has no character that means anything in a regular expression
        var queue = $@"q\.agent\.{node}\..*";
        return Add(new User(node.Value, HashPassword(password, salt),
            Configure: $"^{queue}$",
            // binding a queue writes to the queue and reads from the exchange
            Write: $@"^(vip\.health|vip\.state|vip\.canary|{queue})$",
            Read: $@"^(vip\.orders|vip\.term|vip\.canary|{queue})$",
            [
                (Routes.HealthExchange, @"^health\.{username}$", Nothing),
                (Routes.StateExchange, @"^state\.{username}$", Nothing),
                (Routes.OrderExchange, Nothing, @"^order\.{username}$"),
                (Routes.TermExchange, Nothing, "^term$"),
                (Routes.CanaryExchange, OwnCanary, OwnCanary),
            ]));
    }

    /// <summary>
    /// The arbiters' user: declares the exchanges, reads what agents say, writes orders; it cannot speak as a node. It alone publishes
    /// events and speaks on the arbiters' own exchanges.
    /// </summary>
    /// <param name="salt">4 random bytes, other ones for each user.</param>
    public BrokerDefinitions AddArbiter(string user, string password, ReadOnlySpan<byte> salt)
    {
        const string queue = @"q\.arbiter\..*";
        const string own = @"arbiter\.(verbs|news|warm)";
        return Add(new User(user, HashPassword(password, salt),
            Configure: $@"^(vip\.health|vip\.state|vip\.orders|vip\.term|vip\.canary|vip\.events|{own}|{queue})$",
            Write: $@"^(vip\.orders|vip\.term|vip\.canary|vip\.events|{own}|{queue})$",
            // what the broker itself says of connections: for the presence hint
            Read: $@"^(vip\.health|vip\.state|vip\.term|vip\.canary|amq\.rabbitmq\.event|{own}|{queue})$",
            [
                (Routes.HealthExchange, Nothing, @"^health\.[^.]+$"),
                (Routes.StateExchange, Nothing, @"^state\.[^.]+$"),
                (Routes.OrderExchange, @"^order\.[^.]+$", Nothing),
                (Routes.TermExchange, "^term$", "^term$"),
                (Routes.CanaryExchange, OwnCanary, OwnCanary),
                (RabbitMqPresence.Exchange, Nothing, @"^connection\.closed$"),
                (Routes.EventExchange, @"^[a-z_]+\.[a-z0-9-]+$", Nothing),
            ]));
    }

    /// <summary>
    /// A program that listens to events: it may declare queues named <c>q.subscriber.NAME.</c>..., bind them to <c>vip.events</c> and read
    /// them. It can publish nothing and sees nothing else.
    /// </summary>
    /// <param name="user">A name as of a node, so that it means nothing in a regular expression.</param>
    /// <param name="salt">4 random bytes, other ones for each user.</param>
    public BrokerDefinitions AddSubscriber(string user, string password, ReadOnlySpan<byte> salt)
    {
        if (!Names.IsValid(user)) throw new ArgumentException($"'{user}' is no name of a subscriber: {Names.Rule}", nameof(user));
        var queue = $@"q\.subscriber\.{user}\..*";
        return Add(new User(user, HashPassword(password, salt),
            Configure: $"^{queue}$",
            Write: $"^{queue}$",
            Read: $@"^(vip\.events|{queue})$",
            [(Routes.EventExchange, Nothing, ".*")]));
    }

    /// <summary>RabbitMQ's salted hash: base64(salt + SHA-256(salt + password)).</summary>
    public static string HashPassword(string password, ReadOnlySpan<byte> salt)
    {
        if (salt.Length != SaltBytes) throw new ArgumentException($"a salt has {SaltBytes} bytes", nameof(salt));
        byte[] hash = [.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])];
        return Convert.ToBase64String(hash);
    }

    /// <summary>The whole file, UTF-8.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            List(json, "users", _users, u => Strings(json, [("name", u.Name), ("password_hash", u.PasswordHash), ("hashing_algorithm", "rabbit_password_hashing_sha256"), ("tags", "")]));
            List(json, "vhosts", [virtualHost], v => Strings(json, [("name", v)]));
            List(json, "permissions", _users, u => Strings(json, [("user", u.Name), ("vhost", virtualHost), ("configure", u.Configure), ("write", u.Write), ("read", u.Read)]));
            List(json, "topic_permissions", _users.SelectMany(u => u.Topics, (u, t) => (u, t)), x => Strings(json,
                [("user", x.u.Name), ("vhost", virtualHost), ("exchange", x.t.Exchange), ("write", x.t.Write), ("read", x.t.Read)]));
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private BrokerDefinitions Add(User user)
    {
        if (_users.Any(u => u.Name == user.Name)) throw new ArgumentException($"user '{user.Name}' is there already");
        _users.Add(user);
        return this;
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter json, ReadOnlySpan<(string Name, string Value)> fields)
    {
        foreach (var (name, value) in fields) json.WriteString(name, value);
    }
}
