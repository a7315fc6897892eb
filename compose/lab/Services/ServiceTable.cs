using Lab.Hosts;

namespace Lab.Services;

/// <summary>Which daemon runs on which host.</summary>
internal static class ServiceTable
{
    public static Haproxy Haproxy { get; } = new();
    public static Keepalived Keepalived { get; } = new();
    public static Nginx Nginx { get; } = new();
    public static Redis Redis { get; } = new();
    public static RabbitMq RabbitMq { get; } = new();
    public static Agent Agent { get; } = new();
    public static ArbiterServer Arbiter { get; } = new();

    /// <summary>In the order in which a healed lab starts them: what others lean on comes first.</summary>
    public static IReadOnlyList<Service> All { get; } = [RabbitMq, Redis, Nginx, Haproxy, Keepalived, Arbiter, Agent];

    public static IEnumerable<Service> Of(LabMode mode) => mode == LabMode.Full ? All : [Nginx, Haproxy, Keepalived];

    /// <exception cref="LabError">No such service.</exception>
    public static Service Find(string name) => All.FirstOrDefault(service => service.Name == name)
        ?? throw new LabError($"no service '{name}': {string.Join(", ", All.Select(service => service.Name))}", LabError.Usage);
}
