namespace Lab.Faults;

/// <summary>Something that can go wrong on demand.</summary>
/// <param name="Name">As typed: <c>kill-haproxy</c>.</param>
/// <param name="Argument">What may follow the name, for the help text; empty when nothing may.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Aim">
/// Finds everything it will hit and returns the blow itself, so that between asking and hitting nothing has to be looked up.
/// </param>
internal sealed record Fault(string Name, string Argument, string Summary, Func<Laboratory, string?, Task<Func<Task>>> Aim);

/// <summary>A fault with its argument; several at once when joined by '+': <c>kill-broker+kill-redis:3</c>.</summary>
internal sealed record FaultPlan(string Text, IReadOnlyList<(Fault Fault, string? Argument)> Parts)
{
    /// <exception cref="LabError">An unknown fault, or an argument for one that takes none.</exception>
    public static FaultPlan Parse(string text, string? argument = null)
    {
        List<(Fault, string?)> parts = [];
        foreach (var part in text.Split('+'))
        {
            var split = part.Split(':', 2);
            var fault = FaultTable.Find(split[0]);
            var given = split.Length == 2 ? split[1] : argument;
            if (given is not null && fault.Argument.Length == 0) throw new LabError($"{fault.Name} takes no argument, not '{given}'", LabError.Usage);
            parts.Add((fault, given));
        }
        return new FaultPlan(argument is null ? text : $"{text}:{argument}", parts);
    }

    public async Task<Func<Task>> Aim(Laboratory lab)
    {
        List<Func<Task>> blows = [];
        foreach (var (fault, argument) in Parts) blows.Add(await fault.Aim(lab, argument));
        return async () =>
        {
            foreach (var blow in blows) await blow();
        };
    }
}
