namespace Contracts.Configuration;

/// <summary>How many, in words. A warning stops nothing, so it never counts as a problem.</summary>
public static class Counted
{
    /// <summary><c>2 problems, 1 warning</c>; what there is none of is left out, and nothing at all is <c>no problem</c>.</summary>
    public static string Text(int problems, int warnings) => (problems, warnings) switch
    {
        (0, 0) => "no problem",
        (0, _) => Of(warnings, "warning"),
        (_, 0) => Of(problems, "problem"),
        _ => $"{Of(problems, "problem")}, {Of(warnings, "warning")}",
    };

    private static string Of(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
