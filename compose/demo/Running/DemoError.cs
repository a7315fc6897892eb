namespace Demo.Running;

/// <summary>Something that the user can mend; the message is all they are told.</summary>
internal sealed class DemoError(string message) : Exception(message);
