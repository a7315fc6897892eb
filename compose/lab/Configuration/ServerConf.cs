using Lab.Hosts;

namespace Lab.Configuration;

/// <summary>haproxy, nginx and Redis of the lab.</summary>
internal static class ServerConf
{
    /// <summary>As the classic set-up has it, small, logging to its own output, and naming its host in X-LB.</summary>
    public const string Haproxy = """
        global
          maxconn 1000
          chroot /var/lib/haproxy
          stats socket /run/haproxy/admin.sock mode 600 level admin
          user haproxy
          group haproxy
          log stdout format raw local0 notice
        defaults
          mode http
          log global
          option http-keep-alive
          option forwardfor
          option redispatch
          maxconn 1000
          timeout connect 10s
          timeout client 1m
          timeout server 30m
        listen stats
          bind :9999
          stats enable
          stats hide-version
          stats uri /haproxy
          stats realm HAProxy\ Statistics
          stats auth admin:123456
          stats admin if TRUE
        listen http
          bind 172.20.0.248:80
          http-response set-header X-LB "${HOSTNAME}"
          server web1 172.20.0.151:80 check inter 3s fall 3 rise 5
          server web2 172.20.0.152:80 check inter 3s fall 3 rise 5

        """;

    public static string Nginx(string host) => $$"""
        worker_processes 1;
        daemon off;
        pid /run/nginx.pid;
        error_log /var/log/nginx/error.log;
        events { worker_connections 512; }
        http {
          access_log off;
          server {
            listen 80;
            location / { default_type text/plain; return 200 "{{host}}\n"; }
          }
        }

        """;

    /// <summary>In memory only, and one user that may do what the register needs and nothing else.</summary>
    public static string Redis(string password, string cluster) => $"""
        bind 0.0.0.0
        port 6379
        protected-mode yes
        save ""
        appendonly no
        dir /var/lib/redis
        user default off
        user arbiter on >{password} ~vip:{cluster}:* resetchannels -@all +eval +evalsha +script|load +info +hmget +hset +del +ping +role +auth +hello +client|setname +xadd +xrange +xrevrange +xtrim +xlen

        """;

    /// <summary>With the broker's own events where the arbiters can read them.</summary>
    public static string RabbitMq(string virtualHost) => $"""
        listeners.tcp.default = 5672
        load_definitions = /etc/rabbitmq/definitions.json
        event_exchange.vhost = {virtualHost}

        """;

    /// <summary>The scripts and configuration of the classic set-up, as files under conf/seed.</summary>
    public static string Seed(LabPaths paths, string file) => File.ReadAllText(Path.Combine(paths.Home, "conf", "seed", file));
}
