using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Notifications;
using Arbiter.Notifications.Delivery;

namespace Arbiter.Tests.Notifications;

/// <summary>Runs one script of deliveries: blocks of commands, <c>----</c>, the recorded answer, an empty line. The commands stand in Scripts/README.md.</summary>
internal sealed class Script
{
    private readonly StringBuilder _answer = new();
    private readonly List<NotificationRoute> _routes = [];
    private string[] _receivers = [];
    private string[] _always = [];
    private bool _history;
    private bool _quiet;
    private DeliveryWorld? _world;

    private DeliveryWorld World => _world ??= Build();

    public static string Rewrite(string text)
    {
        var output = new StringBuilder();
        var block = new List<string>();
        var script = new Script();
        var inAnswer = false;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (inAnswer)
            {
                if (line.Length == 0) { inAnswer = false; output.Append('\n'); }
                continue;
            }
            output.Append(line).Append('\n');
            if (line == "----")
            {
                foreach (var command in block) script.Run(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                block.Clear();
                output.Append(script.TakeAnswer());
                inAnswer = true;
            }
            else if (line.Length > 0 && line[0] != '#') block.Add(line);
        }
        return output.ToString();
    }

    private string TakeAnswer()
    {
        var text = _answer.Length == 0 ? "(nothing)\n" : _answer.ToString();
        _answer.Clear();
        return text;
    }

    private void Run(string[] words)
    {
        switch (words[0])
        {
            case "receivers": _receivers = words[1..]; break;
            case "with": _history = words.Contains("history"); break;
            case "always": _always = words[1..]; break;
            case "route": _routes.Add(Route(words[1..])); break;
            case "lead": World.Lead(long.Parse(words[1])); break;
            case "lose": World.Lose(quorum: words is [_, "quorum"]); break;
            case "follow": World.Show(World.Picture with { Leading = false, QuorumLost = false, Term = long.Parse(words[1]) }); break;
            case "kill": World.Kill(long.Parse(words[1])); break;
            case "seed": World.Seed(long.Parse(words[1])); break;
            case "event":
                for (var i = words.Length > 3 ? int.Parse(words[3]) : 1; i > 0; i--) World.Happen(words[1] == "-" ? null : words[1], words.Length > 2 ? words[2] : Severities.Warning);
                break;
            case "register": World.RegisterDeaf = words[1] == "deaf"; break;
            case "history": History(words); break;
            case "redeliver": World.Redeliver(words[1], words.Length > 2 ? words[2] : null); break;
            case "reach": World.Reach(words[1]); break;
            case "back": World.Back(words[1]); break;
            case "quiet": _quiet = words[1] == "on"; break;
            case "run": World.Run(Span(words[1])); break;
            case "show": Show(); break;
            default: World.Answers[words[0]] = Answer(words); break;
        }
    }

    private void History(string[] words)
    {
        if (words[1] == "forgets") World.Forgotten.UnionWith(Enumerable.Range(int.Parse(words[2].Split('-')[0]), int.Parse(words[2].Split('-')[1]) - int.Parse(words[2].Split('-')[0]) + 1).Select(n => (long)n));
        else World.HistoryAway = words[1] == "away";
    }

    private static Answering Answer(string[] words)
    {
        DeliveryOutcome? outcome = words[1] switch
        {
            "ok" => new(DeliveryResult.Delivered, "it answered 200"),
            "down" => new(DeliveryResult.Failed, "connection refused"),
            "busy" => new(DeliveryResult.Failed, "it answered 429", Span(words[2])),
            "rejects" => new(DeliveryResult.Rejected, "it answered 400"),
            "gone" => new(DeliveryResult.Gone, "it answered 410"),
            "hangs" => null,
            _ => throw new InvalidOperationException($"unknown answer {words[1]}"),
        };
        // "ops down web": only for that group
        return words.Length > 2 && words[1] != "busy"
            ? what => what.Group == words[2] ? outcome : new(DeliveryResult.Delivered, "it answered 200")
            : _ => outcome;
    }

    private DeliveryWorld Build() => new(DeliveryWorld.Settings(_receivers, [.. _routes], _history, always: _always))
    {
        Seen = Seen,
        SeenEnd = (send, outcome) => { if (!_quiet) Say($"  {send.Receiver} {outcome.Result.ToString().ToLowerInvariant()} {send.Event.Id}"); },
    };

    private void Seen(DeliveryEffect effect)
    {
        switch (effect)
        {
            case DeliveryEffect.Send e: if (!_quiet) Say($"send {e.Receiver} {e.Event.Id}{(e.Attempt.Number > 1 ? $" again {e.Attempt.Number}" : "")}{(e.Attempt.Recorded ? "" : " unrecorded")}{(e.Event.Type == EventTypes.EventsCoalesced ? $" [{e.Event.To}]" : "")}"); break;
            case DeliveryEffect.Wish { What: OutboxWish.Progress p }: if (!_quiet) Say($"wish {p.Receiver} {Ranges(p.Settled)}{(p.Dead.IsEmpty ? "" : $" dead {Ranges([.. p.Dead.Select(d => d.Number)])}")}"); break;
            case DeliveryEffect.Wish { What: OutboxWish.Receivers r }: Say($"wish receivers {string.Join(' ', r.Names)}"); break;
            case DeliveryEffect.Wish { What: OutboxWish.Redelivered d }: Say($"wish {d.Receiver} {d.Number} redelivered"); break;
            case DeliveryEffect.Wish { What: OutboxWish.Note n }: Say($"wish note {n.What.Id} {n.What.Type}"); break;
            case DeliveryEffect.Search e: Say($"search {e.Receiver} {e.First}-{e.Last}"); break;
            case DeliveryEffect.Abandon e: Say($"abandon {e.Attempts.Length}"); break;
            case DeliveryEffect.Say e: Say($"{e.Loudness.ToString().ToLowerInvariant()} {e.Receiver}: {e.Text}"); break;
            case DeliveryEffect.Answer e: Say($"answer {string.Join(' ', e.Receivers.Select(r => $"{r.Receiver} {r.State}"))}"); break;
            default: break;
        }
    }

    private void Show()
    {
        foreach (var r in World.Deliveries.Show())
            _answer.Append($"{r.Name} {r.State.ToString().ToLowerInvariant()} up to {r.Cursor?.ToString() ?? "-"} ({r.Recorded?.ToString() ?? "-"} recorded), waiting {r.Waiting}, in flight {r.InFlight}, failures {r.Failures}, delivered {r.Delivered}, dead {r.DeadTotal}{string.Concat(r.Dead.Select(d => $" [{d.Id}: {d.Reason}]"))}\n");
    }

    private void Say(string text) => _answer.Append(string.Create(CultureInfo.InvariantCulture, $"{World.Now.TotalSeconds:0.000} {text}\n"));

    private static NotificationRoute Route(string[] words)
    {
        var values = words.Select(w => w.Split('=', 2)).ToDictionary(w => w[0], w => w[1].Split(',').ToImmutableArray());
        return new NotificationRoute
        {
            To = values["to"],
            Fallback = values.GetValueOrDefault("fallback", []),
            Severities = values.GetValueOrDefault("severity", []),
            Groups = values.GetValueOrDefault("group", []),
            Types = values.GetValueOrDefault("type", []),
            Nodes = values.GetValueOrDefault("node", []),
        };
    }

    private static string Ranges(ImmutableArray<long> numbers)
    {
        var parts = new List<string>();
        for (int i = 0, j; i < numbers.Length; i = j)
        {
            for (j = i + 1; j < numbers.Length && numbers[j] == numbers[j - 1] + 1;) j++;
            parts.Add(j - i == 1 ? $"{numbers[i]}" : $"{numbers[i]}-{numbers[j - 1]}");
        }
        return string.Join(',', parts);
    }

    private static TimeSpan Span(string text)
    {
        var digits = new string([.. text.TakeWhile(c => char.IsDigit(c) || c == '.')]);
        var value = double.Parse(digits, CultureInfo.InvariantCulture);
        return text[digits.Length..] switch { "ms" => TimeSpan.FromMilliseconds(value), "s" => TimeSpan.FromSeconds(value), "m" => TimeSpan.FromMinutes(value), "h" => TimeSpan.FromHours(value), _ => throw new FormatException(text) };
    }
}
