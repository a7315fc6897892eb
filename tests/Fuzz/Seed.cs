using System.Text.Json;

namespace Fuzz;

/// <summary>A good input, and where its parts are when it is JSON: whole properties, names and values, by offset.</summary>
internal sealed record Seed(string Name, byte[] Bytes, IReadOnlyList<(int At, int Length)> Values, IReadOnlyList<(int At, int Length)> Properties)
{
    public static Seed Load(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Corpus", file);
        var bytes = File.ReadAllBytes(path);
        return Path.GetExtension(file) == ".json" ? OfJson(Path.GetFileNameWithoutExtension(file), bytes) : new Seed(Path.GetFileName(file), bytes, [], []);
    }

    public static Seed OfJson(string name, byte[] bytes)
    {
        List<(int, int)> values = [], properties = [];
        var open = new Stack<(int At, int Property)>();
        var reader = new Utf8JsonReader(bytes);
        var property = -1;
        while (reader.Read())
        {
            var at = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    property = at;
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((at, property));
                    property = -1;
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    (at, property) = open.Pop();
                    break;
                default: break;
            }
            var end = (int)reader.BytesConsumed;
            values.Add((at, end - at));
            if (property >= 0) properties.Add((property, end - property));
            property = -1;
        }
        return new Seed(name, bytes, values, properties);
    }
}
