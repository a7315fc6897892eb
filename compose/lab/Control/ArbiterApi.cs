using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lab.Hosts;

namespace Lab.Control;

/// <summary>Asks the arbiters what they know, from inside the lab: it works with or without the machine's own leg.</summary>
internal sealed class ArbiterApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<(string Name, HttpClient Client)> _replicas;

    public ArbiterApi(Laboratory lab) => _replicas = [.. Topology.Arbiters.Select(name => (name, ClientOf(lab.Host(name))))];

    /// <summary>GET on each replica until one answers for which <paramref name="wanted"/> holds; null when none does.</summary>
    public async Task<JsonElement?> Get(string path, Func<JsonElement, bool> wanted)
    {
        foreach (var (_, client) in _replicas)
        {
            if (await Ask(client, path) is { } answer && wanted(answer)) return answer;
        }
        return null;
    }

    /// <summary>What the leader says of all groups; null when nobody leads or answers.</summary>
    public Task<JsonElement?> Groups() => Get("/api/v1/groups", IsLeading);

    /// <summary>The host whose replica says that it leads; null when none does.</summary>
    public async Task<string?> Leader()
    {
        foreach (var (name, client) in _replicas)
        {
            if (await Ask(client, "/api/v1/groups") is { } answer && IsLeading(answer)) return name;
        }
        return null;
    }

    public void Dispose()
    {
        foreach (var (_, client) in _replicas) client.Dispose();
    }

    private static bool IsLeading(JsonElement answer) =>
        answer.TryGetProperty("answeredBy", out var by) && by.TryGetProperty("role", out var role) && role.GetString() == "leading";

    private static async Task<JsonElement?> Ask(HttpClient client, string path)
    {
        try
        {
            return await client.GetFromJsonAsync<JsonElement>(path);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    private static HttpClient ClientOf(Host host)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, stopping) => host.Connect(new IPEndPoint(IPAddress.Loopback, Topology.ApiPort), stopping),
            PooledConnectionLifetime = TimeSpan.FromSeconds(10),
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"http://{host.Address}:{Topology.ApiPort}"), Timeout = Patience };
    }
}
