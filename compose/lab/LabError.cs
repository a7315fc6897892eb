namespace Lab;

/// <summary>Something the user must know; ends the command with <see cref="ExitCode"/> and this one line.</summary>
internal sealed class LabError(string message, int exitCode = LabError.Failed) : Exception(message)
{
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Refused = 3;
    public const int Unreachable = 4;

    public int ExitCode { get; } = exitCode;
}
