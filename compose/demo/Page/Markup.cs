using System.Collections.Immutable;
using Arbiter.Dashboard;

namespace Demo.Page;

/// <summary>The demo's part of the page as it is before the script fills it: in full size, so that nothing jumps.</summary>
internal static class Markup
{
    public static void Write(Html html, WorldView world, ImmutableArray<FaultView> faults)
    {
        Signs(html);
        Stage(html, world);
        html.Add($"""<aside class="side" aria-label="Demo">""");
        Panel(html, faults);
        Story(html);
        html.Add($"""</aside><p class="label caption">What the arbiter sees: its status page, as in production</p>""");
    }

    // one shape for each tone, so that none depends on its colour
    private static void Signs(Html html) => html.Add($"""
        <svg class="signs" width="0" height="0" aria-hidden="true" focusable="false"><symbol id="sign-fault" viewBox="0 0 16 16"><path d="M9.5 0 2 9h5l-1 7 8-10H9z"/></symbol><symbol id="sign-bad" viewBox="0 0 16 16"><path d="m4 1 4 4 4-4 3 3-4 4 4 4-3 3-4-4-4 4-3-3 4-4-4-4z"/></symbol><symbol id="sign-plain" viewBox="0 0 16 16"><circle cx="8" cy="8" r="3.5"/></symbol><symbol id="sign-good" viewBox="0 0 16 16"><path d="m1 8.5 3-3 2.5 3L12.5 2 15 4.5 6.5 14z"/></symbol></svg>
        """);

    private static void Stage(Html html, WorldView world)
    {
        html.Add($"""<section class="stage" aria-label="What clients see"><p class="gone" id="gone" role="alert" hidden>The demo does not answer any more. Is it still running?</p><p class="label intro" id="intro" data-ready="What clients see of {Counted(world.Nodes.Length)} simulated hosts">{(world.Armed ? $"What clients see of {Counted(world.Nodes.Length)} simulated hosts" : "Getting ready, in fast motion: the arbiter first watches for a while")}</p><div class="worlds">""");
        foreach (var group in world.Groups)
        {
            html.Add($"""
                <article class="world" data-group="{group.Name}" aria-label="Clients of {group.Name}"><header><h2>{group.Name}</h2><p class="away" role="status"><span>&nbsp;</span> <strong>&nbsp;</strong></p></header><ul class="hosts">
                """);
            foreach (var node in world.Nodes.Where(n => n.Roles.ContainsKey(group.Name)))
                html.Add($"""<li data-node="{node.Name}"><b>{node.Name}</b> <span class="vip" hidden>VIP</span><span class="state">&nbsp;</span><span class="ills">&nbsp;</span></li>""");
            html.Add($"""</ul><p class="way"><span class="client"><svg viewBox="0 0 12 8" aria-hidden="true"><path d="M6 0 12 8H0z"/></svg> <span class="reach">clients</span></span></p></article>""");
        }
        html.Add($"</div></section>");
    }

    private static void Panel(Html html, ImmutableArray<FaultView> faults)
    {
        html.Add($"""
            <section class="faults" aria-labelledby="faults"><header><h2 id="faults">Break something</h2><button type="button" id="mend">Mend everything</button></header>
            """);
        var kinds = faults.GroupBy(f => f.Kind).ToList();
        html.Add($"""<div class="kinds">""");
        foreach (var kind in kinds.Where(k => k.Any(f => f.Target.Length > 0)))
        {
            var label = kind.First().Label;
            html.Add($"""<div class="kind" role="group" aria-label="{label}"><span class="label" aria-hidden="true">{label}</span>""");
            foreach (var fault in kind) Button(html, fault, fault.Target);
            html.Add($"</div>");
        }
        html.Add($"""</div><div class="single">""");
        foreach (var fault in kinds.Where(k => k.All(f => f.Target.Length == 0)).SelectMany(k => k)) Button(html, fault, fault.Label);
        html.Add($"""</div><p class="help" id="help" aria-hidden="true">Press a button and watch. Press it again to mend.</p><p class="hidden" id="done" role="status"></p></section>""");
    }

    private static void Button(Html html, FaultView fault, string text)
    {
        html.Add($"""<button type="button" data-fault="{fault.Id}" aria-pressed="{(fault.On ? "true" : "false")}" aria-label="{Name(fault)}" aria-description="{fault.Help}">{text}</button>""");
    }

    private static string Counted(int number) => number == 3 ? "three" : number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Name(FaultView fault) => fault.Target.Length > 0 ? $"{fault.Label} {fault.Target}" : fault.Label;

    private static void Story(Html html) => html.Add($"""
        <section class="story" aria-labelledby="told"><h2 id="told">What happened, and why</h2><ol id="story" role="log" aria-labelledby="told" tabindex="0"></ol><button type="button" id="newest" hidden>Newest</button></section>
        """);
}
