namespace Contracts.Configuration;

/// <summary>One entry of a mapping whose keys the user chose.</summary>
/// <param name="Key">Where problems of the entry as a whole are reported: its first line.</param>
public sealed record MapEntry(string Name, Value Key, Value Value);
