using Lab.Hosts;

namespace Lab.Configuration;

/// <summary>keepalived.conf of a balancer that an agent steers: preferences stand here, roles come by file.</summary>
internal static class KeepalivedConf
{
    public const string Folder = "/run/arbiter-agent";
    public const string PriorityFile = Folder + "/web.priority";
    public const string FenceFile = Folder + "/web.fence";
    public const string Fifo = Folder + "/keepalived.fifo";
    public const string Instance = "VI_1";

    public static string Render(string balancer, TimeSpan advert) => $$"""
        global_defs {
            router_id {{balancer}}
            vrrp_skip_check_adv_addr
            vrrp_notify_fifo {{Fifo}}
            vrrp_notify_priority_changes true
            vrrp_garp_master_refresh 1
            vrrp_garp_master_refresh_repeat 1
            script_user root
            enable_script_security
        }
        track_file web-priority {
            file "{{PriorityFile}}"
            weight 1
            init_file 0 overwrite
        }
        track_file web-fence {
            file "{{FenceFile}}"
            weight 0
            init_file 0
        }
        vrrp_instance {{Instance}} {
            state BACKUP
            interface eth0
            virtual_router_id 239
            priority {{Topology.BasePriority(balancer)}}
            {{Protocol(advert)}}
            virtual_ipaddress {
                {{Topology.Vip}}/{{Topology.PrefixLength}} dev eth0
            }
            track_file {
                web-priority
                web-fence
            }
        }

        """;

    /// <summary>VRRPv2 counts in whole seconds and knows a password, VRRPv3 in hundredths and knows none.</summary>
    private static string Protocol(TimeSpan advert) => advert >= TimeSpan.FromSeconds(1)
        ? $"version 2\n    advert_int {advert.TotalSeconds:0}\n    authentication {{\n        auth_type PASS\n        auth_pass 1111\n    }}"
        : $"version 3\n    advert_int {advert.TotalSeconds:0.##}";
}
