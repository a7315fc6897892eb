using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

/// <summary>A tiny schema over the real reader.</summary>
internal sealed record Reading(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)
{
    public static Reading Of(string text, Action<Section> read, params (string Name, string Value)[] variables)
    {
        var environment = new ConfigurationEnvironment(variables.ToDictionary(v => v.Name, v => v.Value));
        var document = ConfigurationDocument.Parse(text, "test.yaml", "APP", environment);
        if (document.Root is not null) read(document.Root);
        var result = document.Finish("read");
        return new Reading([.. result.Errors.Select(e => e.ToString())], [.. result.Warnings.Select(w => w.ToString())]);
    }

    /// <summary>Reads nothing, asks for no key.</summary>
    public static Reading Of(string text) => Of(text, root => root.IgnoreRest());

    /// <summary>The one value under <c>a</c>, and no error.</summary>
    public static T Good<T>(string text, Func<Value, T> read, params (string Name, string Value)[] variables)
    {
        T value = default!;
        var reading = Of(text, root => value = read(root.Optional("a")), variables);
        Assert.Empty(reading.Errors);
        return value;
    }

    /// <summary>The one error of reading the value under <c>a</c>.</summary>
    public static string Bad<T>(string text, Func<Value, T> read, params (string Name, string Value)[] variables)
    {
        T value = default!;
        var reading = Of(text, root => value = read(root.Optional("a")), variables);
        Assert.Null(value);
        return Assert.Single(reading.Errors);
    }
}
