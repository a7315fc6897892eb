using RabbitMQ.Client;

namespace Contracts.Bus;

/// <summary>The parts of <c>amqp://user@host:5672/vhost</c>.</summary>
public sealed record BrokerAddress(string User, string Host, int Port, string VirtualHost, bool Tls)
{
    public static BrokerAddress Of(Uri uri)
    {
        var tls = uri.Scheme == "amqps";
        var user = uri.UserInfo.Split(':')[0];
        var path = uri.AbsolutePath.TrimStart('/');
        return new BrokerAddress(
            user.Length > 0 ? Uri.UnescapeDataString(user) : "guest", uri.IdnHost, uri.Port > 0 ? uri.Port : tls ? 5671 : 5672,
            path.Length > 0 ? Uri.UnescapeDataString(path) : "/", tls);
    }

    /// <summary>Recovery is off: the link connects anew from scratch, so that there is one way to become connected and not two.</summary>
    public ConnectionFactory Factory(LinkOptions options, TimeSpan timeout)
    {
        var factory = new ConnectionFactory
        {
            HostName = Host,
            Port = Port,
            UserName = User,
            Password = options.Password,
            VirtualHost = VirtualHost,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = timeout,
            HandshakeContinuationTimeout = timeout,
            ContinuationTimeout = timeout,
            ConsumerDispatchConcurrency = 1,
        };
        if (Tls)
        {
            factory.Ssl.Enabled = true;
            factory.Ssl.ServerName = Host;
        }
        return factory;
    }
}
