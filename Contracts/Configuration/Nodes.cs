namespace Contracts.Configuration;

/// <summary>What a YAML file says, before anybody gives it a meaning.</summary>
internal abstract class Node(Place place)
{
    public Place Place { get; } = place;

    /// <summary>For people: "a mapping", "a list", "a value".</summary>
    public abstract string Kind { get; }
}

/// <param name="quoted">Written in quotes or as a block: a text, never a number or a boolean.</param>
internal sealed class ScalarNode(Place place, string text, bool quoted) : Node(place)
{
    public string Text { get; } = text;
    public bool Quoted { get; } = quoted;
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";
    public override string Kind => "a value";
}

internal sealed class ListNode(Place place) : Node(place)
{
    public List<Node> Items { get; } = [];
    public override string Kind => "a list";
}

internal sealed class MappingNode(Place place) : Node(place)
{
    public List<Entry> Entries { get; } = [];
    public override string Kind => "a mapping";
}

internal sealed record Entry(string Key, Place Place, Node Value);

/// <summary>Something already reported; whoever reads it says nothing more.</summary>
internal sealed class BrokenNode(Place place) : Node(place)
{
    public override string Kind => "unreadable";
}
