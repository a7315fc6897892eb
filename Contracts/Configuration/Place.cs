namespace Contracts.Configuration;

/// <summary>Where a value stands: a line and column (from 1) of the file, or the environment variable that gave it. Line 0: the file as a whole.</summary>
public readonly record struct Place(int Line, int Column, string? Variable = null)
{
    public static Place WholeFile { get; } = new(0, 0);
}
