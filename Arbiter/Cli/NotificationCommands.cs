using System.CommandLine;
using System.Text.Json;
using Arbiter.Api;

namespace Arbiter.Cli;

/// <summary><c>arbiter notifications</c>: who was told what, sending again, trying a receiver.</summary>
internal static class NotificationCommands
{
    public static Command Build(Terminal terminal, string? arbiterUrl)
    {
        var json = Json();
        var command = new Command("notifications", "How far each receiver is, and what was given up. Asks the arbiter at ARBITER_URL.") { json };
        command.SetAction(async (parsed, stopping) =>
        {
            using var api = new ApiClient(arbiterUrl);
            var now = await api.Get("api/v1/notifications", ApiJson.Default.NotificationsView, stopping);
            if (parsed.GetValue(json)) terminal.Out.WriteLine(JsonSerializer.Serialize(now, ApiJson.Default.NotificationsView));
            else Write(terminal, now);
            return Exit.Done;
        });
        command.Subcommands.Add(Redeliver(terminal, arbiterUrl));
        command.Subcommands.Add(Test(terminal, arbiterUrl));
        return command;
    }

    private static Command Redeliver(Terminal terminal, string? arbiterUrl)
    {
        var id = new Argument<string>("ID") { Description = "The event's id; 'arbiter notifications' lists the dead ones." };
        var (receiver, json) = (Receiver(), Json());
        var command = new Command("redeliver", "Send an event again: to whoever has it dead, or to the named receiver. The wish ends with the leader that took it.") { id, receiver, json };
        command.SetAction(async (parsed, stopping) =>
        {
            using var api = new ApiClient(arbiterUrl);
            var path = $"api/v1/notifications/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/redeliver{Query(parsed.GetValue(receiver), false)}";
            Write(terminal, await api.Post(path, ApiJson.Default.NotificationDone, TimeSpan.FromSeconds(15), stopping), parsed.GetValue(json));
            return Exit.Done;
        });
        return command;
    }

    private static Command Test(Terminal terminal, string? arbiterUrl)
    {
        var (receiver, json) = (Receiver(), Json());
        var wait = new Option<bool>("--wait") { Description = "Until each receiver has answered; prints result and time, and exits 1 unless all took it." };
        var command = new Command("test", "Send a test event to every receiver, or to the named one: one attempt, recorded nowhere.") { receiver, wait, json };
        command.SetAction(async (parsed, stopping) =>
        {
            using var api = new ApiClient(arbiterUrl);
            var done = await api.Post($"api/v1/notifications/test{Query(parsed.GetValue(receiver), parsed.GetValue(wait))}", ApiJson.Default.NotificationDone, TimeSpan.FromSeconds(40), stopping);
            Write(terminal, done, parsed.GetValue(json));
            return done.Receivers.All(r => r.Result is "delivered" or "accepted") ? Exit.Done : Exit.Failed;
        });
        return command;
    }

    private static string Query(string? receiver, bool wait)
    {
        var parts = new List<string>();
        if (receiver is not null) parts.Add($"receiver={Uri.EscapeDataString(receiver)}");
        if (wait) parts.Add("wait=true");
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    private static void Write(Terminal to, NotificationDone done, bool json)
    {
        if (json)
        {
            to.Out.WriteLine(JsonSerializer.Serialize(done, ApiJson.Default.NotificationDone));
            return;
        }
        to.Out.WriteLine(Terminal.Clean($"{done.Id}: {done.Detail}"));
        foreach (var r in done.Receivers)
            to.Out.WriteLine($"  {to.Paint(r.Receiver, Tone.Plain, 16)} {to.Paint(r.Result, r.Result is "delivered" or "accepted" or "hurried" ? Tone.Good : Tone.Bad, 10)} {(r.Ms is { } ms ? $"{ms} ms" : ""),8}  {Terminal.Clean(r.Detail)}");
    }

    private static void Write(Terminal to, NotificationsView now)
    {
        if (now.Receivers.IsEmpty)
        {
            to.Out.WriteLine("No receiver is configured: nobody is told (docs/notifications.md).");
            return;
        }
        var t = now.Totals;
        to.Out.WriteLine(to.Paint($"{now.Last} events in generation {now.Generation}; {t.Waiting} waiting, {t.Dead} dead; answered by {now.AnsweredBy.Replica} ({now.AnsweredBy.Role})", Tone.Soft));
        if (now.ToldBy is { } told) to.Out.WriteLine(to.Paint(Terminal.Clean($"this replica does not send: as {told.Leader} said {Span(told.AgeMs)} ago"), Tone.Soft));
        else if (!now.Sending) to.Out.WriteLine(to.Paint($"this replica does not send: {(now.AnsweredBy.Leader is { } l ? $"{l} does and knows more" : "nobody leads")}", Tone.Mild));
        if (now.Receivers.All(r => r.Type == "bus")) to.Out.WriteLine(to.Paint("No webhook is configured: nobody but the subscribers of vip.events is told (docs/notifications.md).", Tone.Mild));
        foreach (var r in now.Receivers)
        {
            var tone = r.State switch { "good" => Tone.Good, "standby" or "starting" => Tone.Soft, "failing" => Tone.Mild, _ => Tone.Bad };
            var oldest = r.OldestAgeMs is { } age ? $", oldest {Span(age)} old" : "";
            var next = r is { Waiting: > 0, NextAttemptMs: { } ms, Failures: > 0 } ? $", next attempt in {Span(ms)}" : "";
            to.Out.WriteLine();
            to.Out.WriteLine($"{to.Paint(r.Name, Tone.Plain, 16)} {to.Paint(r.State, tone, 9)} {Terminal.Clean(r.Url)}  up to {r.Cursor?.ToString() ?? "-"}, {r.Waiting} waiting{oldest}, {r.DeadTotal} dead{next}");
            if (r.LastAttempt is { } last) to.Out.WriteLine(to.Paint(Terminal.Clean($"  last {last.At:yyyy-MM-dd HH:mm:ss}Z {last.Result}: {last.Id}: {last.Detail}"), Tone.Soft));
            foreach (var d in r.Dead) to.Out.WriteLine($"  {(d.Redelivered ? to.Paint("redelivered", Tone.Soft) : to.Paint("dead", Tone.Bad))} {Terminal.Clean($"{d.Id}  {d.At:yyyy-MM-dd HH:mm:ss}Z  {d.Reason}")}");
        }
    }

    private static string Span(long ms) => ms < 60_000 ? $"{ms / 1000.0:0.0} s" : ms < 7_200_000 ? $"{ms / 60_000} min" : $"{ms / 3_600_000} h";

    private static Option<string?> Receiver() => new("--receiver") { Description = "Only this one." };

    private static Option<bool> Json() => new("--json") { Description = "As JSON (docs/api.md)." };
}
