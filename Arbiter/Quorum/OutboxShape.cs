using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>What a stored outbox must hold beyond its JSON shape, because the reader lets nulls inside lists pass.</summary>
internal static class OutboxShape
{
    public static string? Refusal(Outbox? box) =>
        box is null ? null
        : box.Events.IsDefault || box.Seen is null || box.Open is null || box.Receivers is null || box.Fired is null ? "the outbox lacks a part"
        : box.Events.Any(e => e is null) ? "an event of the outbox is null"
        : box.Events.FirstOrDefault(e => !IsValid(e)) is { } bad ? $"the event {bad.Number} of the outbox has an invalid group or node"
        : box.Events.Length > 0 && box.Events[^1].Number != box.Last ? "the outbox counts its events wrongly"
        : box.Seen.Any(g => !Names.IsValid(g.Key) || g.Value is null || g.Value.Any(n => !Names.IsValid(n.Key) || n.Value is null)) ? "a role seen in the outbox is invalid"
        : box.Open.Any(g => !Names.IsValid(g.Key) || g.Value.IsDefault || g.Value.Any(d => d is null)) ? "an open diagnosis of the outbox is invalid"
        : box.Receivers.Any(r => r.Value is null || r.Value.Done.IsDefault || r.Value.Dead.IsDefault || r.Value.Dead.Any(d => d is null)) ? "a receiver of the outbox is invalid"
        : null;

    private static bool IsValid(RecordedEvent e) => (e.Group is null || Names.IsValid(e.Group)) && (e.Node is null || Names.IsValid(e.Node));
}
