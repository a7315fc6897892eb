using System.Buffers.Binary;
using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>
/// The hash of an object's whole state, private fields included, as seen through a <see cref="Lens"/>: two objects with one hash do the same for
/// ever. What has no order (dictionaries, sets) is summed up, so no order enters. Not safe for concurrent use.
/// </summary>
internal sealed class Canonical(Lens lens)
{
    private sealed record Part(FieldInfo Field, Func<object?, Moment, object?>? Look, Func<object, object?, object?>? Owned);

    private readonly Dictionary<Type, Part[]> _parts = [];
    private readonly Dictionary<Type, bool> _unordered = [];
    private readonly Dictionary<string, RegisterValue?> _values = new(StringComparer.Ordinal);
    private byte[] _buffer = new byte[1 << 14];
    private int _length;
    private int _depth;
    private Moment _at;
    private Renaming _names = null!;

    public Hash128 Hash(object? root, Moment at, Renaming names)
    {
        (_at, _names, _length, _depth) = (at, names, 0, 0);
        Put(root);
        return Hash128.Of(_buffer.AsSpan(0, _length));
    }

    public RegisterValue? Parse(string json)
    {
        if (_values.TryGetValue(json, out var known)) return known;
        return _values[json] = RegisterValue.TryParse(json, out var value, out _) ? value : null;
    }

    private void Put(object? what)
    {
        switch (what)
        {
            case null: Byte(0); break;
            case string text when text.StartsWith("{\"fmt\"", StringComparison.Ordinal) && Parse(text) is { } value: Put(value); break;
            case string text: Byte(1); Text(text); break;
            case bool flag: Byte(flag ? (byte)2 : (byte)3); break;
            case Enum one: Byte(4); Word((ulong)Convert.ToInt64(one, null)); break;
            case int number: Byte(5); Word((ulong)number); break;
            case long number: Byte(5); Word((ulong)number); break;
            case ulong number: Byte(5); Word(number); break;
            case double number: Byte(5); Word(BitConverter.DoubleToUInt64Bits(number)); break;
            case TimeSpan time: Byte(6); Word((ulong)(time == TimeSpan.MinValue || time == TimeSpan.MaxValue ? time.Ticks : (time - _at.Now).Ticks)); break;
            case DateTimeOffset utc: Byte(6); Word((ulong)utc.UtcTicks); break;
            case Ballot ballot: Byte(7); Text(ballot.Text); break;
            case RegisterValue value: Value(value); break;
            case Random: Byte(8); break;
            case LeaderLease or Volunteer when _depth > 0: Byte(9); break;              // a change that remembers its lease
            case Delegate call: Byte(10); Text(call.Method.Name); Put(call.Target); break;
            case IEnumerable many: Many(many); break;
            default: Whole(what); break;
        }
    }

    private void Whole(object what)
    {
        _depth++;
        var type = what.GetType();
        Byte(11);
        Text(type.Name);
        foreach (var (field, look, owned) in Parts(type))
        {
            var value = field.GetValue(what);
            Put(owned is not null ? owned(what, value) : look is null ? value : look(value, _at));
        }
        _depth--;
    }

    private Part[] Parts(Type type)
    {
        if (_parts.TryGetValue(type, out var known)) return known;
        return _parts[type] = [.. Peek.Fields(type).Select(f => new Part(f, lens.Of(type, Peek.NameOf(f)), lens.Owned(type, Peek.NameOf(f))))];
    }

    private void Many(IEnumerable many)
    {
        var type = many.GetType();
        if (!_unordered.TryGetValue(type, out var unordered))
            _unordered[type] = unordered = type.Name.Contains("Dictionary", StringComparison.Ordinal) || type.Name.Contains("Set", StringComparison.Ordinal)
                // one for each server, which says whose it is
                || type.IsArray;
        Byte(12);
        var start = _length;
        var sum = default(Hash128);
        var count = 0ul;
        if (!IsDefault(many))
            foreach (var one in many)
            {
                Put(one);
                count++;
                if (!unordered) continue;
                sum += Hash128.Of(_buffer.AsSpan(start, _length - start));
                _length = start;
            }
        Word(count);
        Word(sum.High);
        Word(sum.Low);
    }

    private static bool IsDefault(IEnumerable many) =>
        many.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && (bool)type.GetProperty("IsDefault")!.GetValue(many)!;

    /// <summary>The outbox is left out: no scope writes to it.</summary>
    private void Value(RegisterValue value)
    {
        Byte(13);
        Word((ulong)value.Gen);
        Word((ulong)value.Term);
        Word((ulong)value.Seq);
        Word((ulong)value.Rev);
        Word((ulong)value.LeaseMs);
        Text(value.Leader ?? "");
        Many(value.Cfg);
        foreach (var (group, entry) in value.Groups)
        {
            Text(group);
            Word((ulong)entry.Epoch);
            Text(entry.Holder);
            Text(entry.Reason);
        }
    }

    private void Byte(byte value)
    {
        Room(1);
        _buffer[_length++] = value;
    }

    private void Word(ulong value)
    {
        Room(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    private void Text(string text)
    {
        Room(4 + text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_length), text.Length);
        _length += 4;
        foreach (var c in text) _buffer[_length++] = (byte)_names[c];
    }

    private void Room(int bytes)
    {
        if (_length + bytes > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
    }
}
