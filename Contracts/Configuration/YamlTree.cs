using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Contracts.Configuration;

/// <summary>
/// YAML parse events to a node tree, by hand: reflection does not survive native compilation, and this way each node knows its line.
/// Refused: anchors, aliases, tags, duplicate and complex keys, several documents, more than <see cref="MaxDepth"/> levels.
/// </summary>
internal sealed class YamlTree
{
    public const int MaxDepth = 12;
    public const int MaxNodes = 20_000;

    private readonly Parser _parser;
    private readonly ProblemList _problems;
    private int _nodes;

    private YamlTree(string text, ProblemList problems)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _problems = problems;
    }

    /// <returns>The root mapping, or null when there is none or it cannot be read to the end; then the problems say why.</returns>
    public static MappingNode? Read(string text, ProblemList problems)
    {
        try
        {
            return new YamlTree(text, problems).Document();
        }
        catch (YamlException syntax)
        {
            problems.Error(At(syntax.Start), "", $"is not YAML: {Shown.Text(syntax.Message, 160)}");
        }
        catch (TooMuch limit)
        {
            problems.Error(limit.Place, "", limit.Message);
        }
        catch (Exception other) when (other is not OutOfMemoryException)
        {
            // the scanner throws what its .NET calls throw on some malformed escapes; a file never crashes the program
            problems.Error(Place.WholeFile, "", $"is not YAML: {Shown.Text(other.Message, 160)}");
        }
        return null;
    }

    private MappingNode? Document()
    {
        Next<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            _problems.Error(Place.WholeFile, "", "is empty: see docs/configuration.md for what must stand in it");
            return null;
        }
        Next<DocumentStart>();
        var root = ReadNode("", 1);
        Next<DocumentEnd>();
        if (_parser.Current is not StreamEnd)
        {
            _problems.Error(At(_parser.Current!.Start), "", "a second document starts here: keep one document in the file and remove '---'");
            return null;
        }
        if (root is MappingNode mapping) return mapping;
        if (root is ScalarNode { IsNull: true })
            _problems.Error(Place.WholeFile, "", "is empty: see docs/configuration.md for what must stand in it");
        else if (root is not BrokenNode)
            _problems.Error(root.Place, "", $"the file is {root.Kind} where 'key: value' lines are expected");
        return null;
    }

    private void Next<T>() where T : ParsingEvent
    {
        if (_parser.Current is null) _parser.MoveNext();
        if (_parser.Current is not T) throw new YamlException(_parser.Current!.Start, _parser.Current.End, "the document ends in an unexpected way");
        _parser.MoveNext();
    }

    private Node ReadNode(string path, int depth)
    {
        var current = _parser.Current!;
        var place = At(current.Start);
        if (depth > MaxDepth) throw new TooMuch(place, $"more than {MaxDepth} levels deep");
        if (++_nodes > MaxNodes) throw new TooMuch(place, $"more than {MaxNodes} values");
        switch (current)
        {
            case AnchorAlias alias:
                _parser.MoveNext();
                _problems.Error(place, path, $"an alias ('*{Shown.Text(alias.Value.Value)}') is not allowed: write the value out");
                return new BrokenNode(place);
            case Scalar scalar:
                _parser.MoveNext();
                var text = new ScalarNode(place, scalar.Value, scalar.Style != ScalarStyle.Plain);
                return Plain(scalar, path) ? text : new BrokenNode(place);
            case SequenceStart start:
                var plainList = Plain(start, path);
                _parser.MoveNext();
                var list = new ListNode(place);
                while (_parser.Current is not SequenceEnd) list.Items.Add(ReadNode($"{path}[{list.Items.Count}]", depth + 1));
                _parser.MoveNext();
                return plainList ? list : new BrokenNode(place);
            case MappingStart start:
                var plainMapping = Plain(start, path);
                _parser.MoveNext();
                var mapping = ReadMapping(place, path, depth);
                return plainMapping ? mapping : new BrokenNode(place);
            default:
                throw new YamlException(current.Start, current.End, "a value is expected here");
        }
    }

    private MappingNode ReadMapping(Place place, string path, int depth)
    {
        var mapping = new MappingNode(place);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var key = ReadNode(path, depth + 1);
            var name = (key as ScalarNode)?.Text;
            var child = name is null ? path : path.Length == 0 ? Shown.Text(name) : $"{path}.{Shown.Text(name)}";
            var value = ReadNode(child, depth + 1);
            if (name is null)
            {
                if (key is not BrokenNode) _problems.Error(key.Place, path, $"{key.Kind} cannot be a key: a key is one word");
            }
            else if (seen.TryGetValue(name, out var first))
                _problems.Error(key.Place, child, $"stands here for the second time (first on line {first}): keep one");
            else
            {
                seen.Add(name, key.Place.Line);
                mapping.Entries.Add(new Entry(name, key.Place, value));
            }
        }
        _parser.MoveNext();
        return mapping;
    }

    private bool Plain(NodeEvent node, string path)
    {
        if (!node.Anchor.IsEmpty)
        {
            _problems.Error(At(node.Start), path, $"an anchor ('&{Shown.Text(node.Anchor.Value)}') is not allowed: write the value out where it is needed");
            return false;
        }
        if (node.Tag.IsEmpty) return true;
        _problems.Error(At(node.Start), path, "a tag ('!...') is not allowed: write the plain value");
        return false;
    }

    private static Place At(Mark mark) => new((int)Math.Clamp(mark.Line, 1, int.MaxValue), (int)Math.Clamp(mark.Column, 1, int.MaxValue));

    private sealed class TooMuch(Place place, string message) : Exception(message)
    {
        public Place Place { get; } = place;
    }
}
