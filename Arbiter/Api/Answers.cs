using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;

namespace Arbiter.Api;

/// <summary>Answers in the documented shapes. Nothing may be cached: an old status is worse than none.</summary>
internal static class Answers
{
    /// <summary>Title of the answer to a path that nothing serves.</summary>
    public const string NothingThere = "Not found";

    public static IResult Json<T>(T value, JsonTypeInfo<T> shape, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(value, shape, "application/json; charset=utf-8", status);

    /// <summary>A stored value in its shape; null when there is none, or one that a newer program wrote and this one cannot read.</summary>
    public static T? Stored<T>(string? json, JsonTypeInfo<T> shape) where T : class
    {
        if (json is null) return null;
        try
        {
            return System.Text.Json.JsonSerializer.Deserialize(json, shape);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    public static IResult Unknown(HttpContext http, string what, string name, IEnumerable<string> known)
    {
        ImmutableArray<string> names = [.. known];
        // what was asked for is repeated only when it could be a name at all
        var asked = Contracts.Vocabulary.Names.IsValid(name) ? $"There is no {what} '{name}'" : $"That is no name of a {what}";
        var detail = names.IsEmpty ? $"{asked}; none is configured." : $"{asked}; known: {string.Join(", ", names)}.";
        return Problem(http, StatusCodes.Status404NotFound, $"Unknown {what}", detail, names);
    }

    public static IResult Problem(HttpContext http, int status, string title, string detail, ImmutableArray<string>? known = null) =>
        TypedResults.Json(
            new Problem("about:blank", title, status, detail, http.Request.Path.ToString(), known), ApiJson.Default.Problem, "application/problem+json", status);
}
