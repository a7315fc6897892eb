using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>
/// Copies of production objects that change in place, so that a state can be left in several ways. What never changes is shared. A field of a
/// kind that is not known here is an error, not a guess.
/// </summary>
internal static class Copies
{
    private static readonly Type[] Changing = [typeof(LeaderLease), typeof(Volunteer), typeof(QuorumPicture), typeof(Readmission), typeof(ReplyCheck), typeof(Quarantine), typeof(RestartTrust),
        typeof(AcceptorModel), Inside(typeof(QuorumPicture), "Noted"), Inside(typeof(ReplyCheck), "Known")];

    private static readonly Func<object, object> Shallow =
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private static readonly Dictionary<Type, (FieldInfo Field, Func<object, object> Copy)[]> Plans = Changing.ToDictionary(t => t, Plan);

    public static T Of<T>(T original) where T : class => (T)Copy(original);

    private static object Copy(object original)
    {
        var copy = Shallow(original);
        foreach (var (field, copier) in Plans[original.GetType()])
            if (field.GetValue(original) is { } part) field.SetValue(copy, copier(part));
        return copy;
    }

    private static (FieldInfo, Func<object, object>)[] Plan(Type type) =>
        [.. Peek.Fields(type).Select(f => (f, Copier(f))).Where(f => f.Item2 is not null).Select(f => (f.f, f.Item2!))];

    private static Func<object, object>? Copier(FieldInfo field)
    {
        var type = field.FieldType;
        if (Changing.Contains(type)) return Copy;
        if (type.IsArray && Changing.Contains(type.GetElementType())) return Each;
        if (type.IsGenericType && Collection(type.GetGenericTypeDefinition()) is { } maker)
            return typeof(Copies).GetMethod(maker, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object, object>>();
        if (IsShared(type)) return null;
        throw new NotSupportedException($"{field.DeclaringType!.Name}.{field.Name} is a {type.Name}: tell tests/Simulation/Scope/Copies.cs whether it changes in place");
    }

    /// <summary>Values, texts, records (which are replaced, never changed) and immutable collections; and the dice, which the checker's times leave without effect, and what was
    /// read, which means the same whoever remembers it.</summary>
    public static bool IsShared(Type type) => type.IsValueType || type == typeof(string) || type == typeof(Random) || type == typeof(ValueReader) || typeof(Delegate).IsAssignableFrom(type)
        || type.Namespace == typeof(ImmutableArray).Namespace || type.GetMethod("<Clone>$") is not null;

    private static Type Inside(Type type, string name) => type.GetNestedType(name, BindingFlags.NonPublic) ?? throw new MissingMemberException(type.Name, name);

    private static object Each(object of)
    {
        var copy = (Array)((Array)of).Clone();
        for (var i = 0; i < copy.Length; i++) copy.SetValue(Copy(copy.GetValue(i)!), i);
        return copy;
    }

    private static string? Collection(Type definition) => definition == typeof(List<>) ? nameof(List)
        : definition == typeof(HashSet<>) ? nameof(Set)
        : definition == typeof(Dictionary<,>) ? nameof(Map)
        : definition == typeof(SortedDictionary<,>) ? nameof(Sorted) : null;

    private static object List<T>(object of) => new List<T>((List<T>)of);

    private static object Set<T>(object of) => ((HashSet<T>)of).Count == 0 ? new HashSet<T>() : new HashSet<T>((HashSet<T>)of);

    private static object Map<TKey, TValue>(object of) where TKey : notnull => new Dictionary<TKey, TValue>((Dictionary<TKey, TValue>)of);

    private static object Sorted<TKey, TValue>(object of) where TKey : notnull =>
        new SortedDictionary<TKey, TValue>((SortedDictionary<TKey, TValue>)of, ((SortedDictionary<TKey, TValue>)of).Comparer);
}
