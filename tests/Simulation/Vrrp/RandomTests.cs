using System.Security.Cryptography;
using System.Text;
using Contracts.Vocabulary;
using World.Vrrp;
using World.Vrrp.Instance;

namespace Simulation.Vrrp;

/// <summary>What holds whatever happens, over many seeds.</summary>
public sealed class RandomTests
{
    private const int Seeds = 150;

    [Fact]
    public void Two_masters_that_hear_each_other_are_one_within_an_advert_and_a_skew()
    {
        var (masters, arrivals) = (0, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var play = new Play(seed);
            play.Run();
            masters += play.Doubles;
            arrivals += play.Net.Log.OfType<Seen.Address>().Count(a => a.Present);
        }
        // That it could have failed: there were many such pairs, and many moves
        Assert.True(masters > Seeds / 2, $"only {masters} times two");
        Assert.True(arrivals > 5 * Seeds, $"only {arrivals} arrivals");
    }

    [Fact]
    public void When_everything_is_well_again_one_node_has_the_address_and_it_is_the_best()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var play = new Play(seed);
            play.Run();
            play.Heal();
            Assert.True(play.Net.Holders().SequenceEqual(["lb1"]), $"seed {seed}: {string.Join(' ', play.Net.Holders())}");
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_gives_another()
    {
        var traces = Enumerable.Range(0, 20).Select(Trace).ToList();
        Assert.Equal(traces, Enumerable.Range(0, 20).Select(Trace));
        Assert.Equal(20, traces.Distinct().Count());
    }

    [Fact]
    public void Whatever_an_instance_is_told_its_timers_stay_within_bounds_and_it_never_acts_without_the_address()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var instance = new VrrpInstance(InstanceTests.Options(random.Next(1, 255)) with { Version = random.Next(2, 4), Advert = TimeSpan.FromMilliseconds(random.Next(10, 2500)) });
            var own = VrrpTimers.Advert(instance.Options);
            List<VrrpEffect> effects = [];
            var (now, link) = (TimeSpan.Zero, true);
            var state = instance.Advance(instance.Nothing, new VrrpInput.Started([0, 0], true), now, effects);
            for (var i = 0; i < 300; i++)
            {
                now = random.Next(3) == 0 && state.Next is { } next && next > now ? next : now + TimeSpan.FromMilliseconds(random.NextDouble() * 3 * own.TotalMilliseconds);
                effects.Clear();
                var before = state;
                state = instance.Advance(state, Some(random, own, ref link), now, effects);
                Check(before, state, effects, now, own);
            }
        }
    }

    private static void Check(VrrpState before, VrrpState state, List<VrrpEffect> effects, TimeSpan now, TimeSpan own)
    {
        Assert.InRange(state.Effective, 1, 254);
        var longest = 4 * (own > VrrpTimers.LongestAdvert3 ? own : VrrpTimers.LongestAdvert3) + TimeSpan.FromSeconds(1);
        Assert.True(state.Due is not { } due || due <= now + longest);
        Assert.Equal(state.Role is VrrpRole.Master or VrrpRole.Backup, state.Due is not null);
        Assert.Equal(state.Role == VrrpRole.Master, state.VipSet);
        Assert.True(state.Next is not null || state.Role == VrrpRole.Fault);
        Assert.True(!effects.OfType<VrrpEffect.Announce>().Any() || before.VipSet || state.VipSet);
        if (effects.OfType<VrrpEffect.AddVips>().Any()) Assert.Equal((VrrpRole.Backup, VrrpRole.Master), (before.Role, state.Role));
        if (before.Role == VrrpRole.Master && state.Role != VrrpRole.Master) Assert.Single(effects.OfType<VrrpEffect.RemoveVips>());
    }

    private static VrrpInput Some(Random random, TimeSpan own, ref bool link)
    {
        switch (random.Next(8))
        {
            case 0: return new VrrpInput.FileRead(0, random.Next(-300, 300));
            case 1: return new VrrpInput.FileRead(1, random.Next(-1, 2));
            case 2: return new VrrpInput.Link(link = !link);
            case 3: return new VrrpInput.Reloaded([random.Next(-300, 300), random.Next(0, 2)], link);
            case 4 or 5:
                return new VrrpInput.Heard(new Advert(51, random.Next(4), random.Next(0, 256), random.Next(2, 4), random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next()) : own));
            default: return VrrpInput.TimerExpired.It;
        }
    }

    [Fact]
    public void Rows_ah_and_ai_a_third_node_too_near_in_rank_is_sometimes_first_for_a_moment_and_one_further_down_never()
    {
        var (near, far) = (Enumerable.Range(0, 200).Select(s => Third(252, s)).ToList(), Enumerable.Range(0, 200).Select(s => Third(245, s)).ToList());
        // measured in 1 of 8, with 0.4 ms between the two skews
        Assert.InRange(near.Count(t => t is not null), 5, 80);
        // and the two were MASTER for 0.3 ms
        Assert.All(near, t => Assert.True(t is null or < 1.5, $"{t} ms"));
        Assert.All(far, t => Assert.Null(t));
    }

    /// <summary>How long the third node had the address after the holder was fenced; null: it never did.</summary>
    private static double? Third(int priority, int seed)
    {
        var net = new Net(100, new Random(seed)) { Latency = new KeepalivedLatency { Jitter = TimeSpan.FromMilliseconds(0.2) } };
        net.Add("lb1", 254).Add("lb2", 253).Add("lb3", priority).Start().Settle("lb1", 30);
        var fenced = net.Time.Now;
        net.SetFence("lb1", 1).RunAdverts(6);
        Assert.Equal(["lb2"], net.Holders());
        var third = net.Since<Seen.Address>(fenced, "lb3").ToList();
        return third.Count == 0 ? null : (third[1].At - third[0].At).TotalMilliseconds;
    }

    [Fact]
    public void An_idle_pair_costs_few_steps_a_second()
    {
        var net = new Net(100).Add("lb1", 254).Add("lb2", 253).Start().Settle("lb1");
        var (steps, end) = (0, net.Time.Now + TimeSpan.FromSeconds(100));
        while (net.Time.Next <= end && net.Time.Step()) steps++;
        // 10 adverts: each one timer, one way across the segment, one look of the one who hears it, one look too early at its own timer
        Assert.InRange(steps / 100.0, 10, 45);
    }

    private static string Trace(int seed)
    {
        var play = new Play(seed);
        play.Run();
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', play.Net.Log.Select(s => $"{s.At.Ticks} {s}")))));
    }

    /// <summary>Three nodes for a while, and everything that can be done to them.</summary>
    private sealed class Play
    {
        private static readonly string[] Nodes = ["lb1", "lb2", "lb3"];
        private readonly Random _random;
        private readonly int _seed;
        private readonly Dictionary<(string, string), TimeSpan> _since = [];
        private readonly HashSet<string> _unplugged = [];

        public Play(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            Net = new Net(_random.Next(2) == 0 ? 100 : 1000, _random) { Latency = new KeepalivedLatency { Jitter = TimeSpan.FromMilliseconds(0.4) } };
            var noPreempt = _random.Next(5) == 0;
            foreach (var (node, priority) in Nodes.Zip([240, 232, 224])) Net.Add(node, priority, o => o with { NoPreempt = noPreempt }, overwrite: _random.Next(2) == 0);
            Net.Start();
        }

        public Net Net { get; }

        /// <summary>How often two began to be MASTER while they heard each other.</summary>
        public int Doubles { get; private set; }

        public void Run()
        {
            for (var i = 0; i < 100; i++)
            {
                Watch(Net.Time.Now + Net.Advert * (_random.NextDouble() * 3));
                Do();
                // What can be heard, and by whom, may be different from now on
                _since.Clear();
            }
        }

        public void Heal()
        {
            foreach (var node in Nodes)
            {
                foreach (var other in Nodes) Net.Cut(node, other, cut: false);
                Net[node].Freeze(false);
                Net[node].LinkChanged(true);
                Net[node].Kill();
                Net.Raise(node, 0).SetFence(node, 0);
                Net[node].Start();
            }
            Net.Run(40).RunAdverts(8).Run(1000);
        }

        private void Watch(TimeSpan end)
        {
            while (Net.Time.Next <= end && Net.Time.Step())
            {
                foreach (var one in Nodes)
                    foreach (var other in Nodes)
                        if (string.CompareOrdinal(one, other) < 0) Judge(one, other);
            }
            Net.Run(Math.Max(0, (end - Net.Time.Now).TotalMilliseconds));
        }

        private void Judge(string one, string other)
        {
            var both = Awake(one) && Awake(other) && Net.Hear(one, other) && Net[one].Picture("VI_1").Role == VrrpRole.Master && Net[other].Picture("VI_1").Role == VrrpRole.Master;
            if (!both)
            {
                _since.Remove((one, other));
                return;
            }
            if (_since.TryAdd((one, other), Net.Time.Now)) Doubles++;
            var together = Net.Time.Now - _since[(one, other)];
            Assert.True(together <= 2 * Net.Advert, $"seed {_seed}: {one} and {other} were both MASTER for {together.TotalMilliseconds} ms");
        }

        private bool Awake(string node) => Net[node] is { Alive: true, Frozen: false } && !_unplugged.Contains(node);

        private void Do()
        {
            var node = Nodes[_random.Next(3)];
            switch (_random.Next(18))
            {
                case 0 or 1: Net.SetFence(node, _random.Next(2)); break;
                case 2 or 3: Net.Raise(node, _random.Next(-100, 15)); break;
                case 4: Net[node].Kill(); break;
                case 5: Net[node].KillChild(); break;
                case 6: Net[node].Stop(); break;
                case 7 or 8: Net[node].Start(); break;
                case 9: Net[node].Reload(); break;
                case 10: Net[node].Freeze(!Net[node].Frozen); break;
                case 11:
                    if (!_unplugged.Remove(node)) _unplugged.Add(node);
                    Net[node].LinkChanged(!_unplugged.Contains(node));
                    break;
                default: Net.Cut(node, Nodes[(Array.IndexOf(Nodes, node) + 1) % 3], _random.Next(2) == 0); break;
            }
        }
    }
}
