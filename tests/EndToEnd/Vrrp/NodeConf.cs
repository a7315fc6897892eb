using Lab.Hosts;
using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>The files of one node, and its keepalived.conf: nothing but what a story is about.</summary>
internal static class NodeConf
{
    public const string Folder = "/run/story";
    public const string Conf = Folder + "/keepalived.conf";
    public const string Priority = Folder + "/priority";
    public const string Fence = Folder + "/fence";
    public const string Fifo = Folder + "/fifo";
    public const string Log = Folder + "/log";
    public const string Pid = Folder + "/pid";
    public const string ChildPid = Folder + "/child.pid";
    public const string Vip = "172.31.9.100";
    public const string Prefix = "24";

    public static string Address(string node) => $"172.31.9.{10 + (node[^1] - '0')}";

    public static string Render(NodeSetup node, TimeSpan advert) => $$"""
        global_defs {
            router_id {{node.Node}}
            vrrp_skip_check_adv_addr
            vrrp_notify_fifo {{Fifo}}
            vrrp_notify_priority_changes true
            {{(node.GarpMasterRefresh > TimeSpan.Zero ? $"vrrp_garp_master_refresh {node.GarpMasterRefresh.TotalSeconds:0}" : "")}}
            script_user root
            enable_script_security
        }
        track_file priority {
            file "{{Priority}}"
            weight 1
            init_file 0 {{(node.Overwrite ? "overwrite" : "")}}
        }
        track_file fence {
            file "{{Fence}}"
            weight 0
            init_file 0
        }
        vrrp_instance VI_1 {
            state {{(node.StartAsMaster ? "MASTER" : "BACKUP")}}
            {{(node.NoPreempt ? "nopreempt" : "")}}
            interface eth0
            virtual_router_id 239
            priority {{node.Priority}}
            {{Protocol(advert)}}
            virtual_ipaddress {
                {{Vip}}/{{Prefix}} dev eth0
            }
            track_file {
                priority
                fence
            }
        }

        """;

    /// <summary>By temporary file and rename: keepalived never reads half a number.</summary>
    public static void Put(Host host, string file, int value)
    {
        var path = host.Path(file);
        File.WriteAllText(path + ".new", $"{value}\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string Protocol(TimeSpan advert) => advert >= TimeSpan.FromSeconds(1)
        ? $"version 2\n    advert_int {advert.TotalSeconds:0}"
        : $"version 3\n    advert_int {advert.TotalSeconds:0.##}";
}
