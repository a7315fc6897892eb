using System.Collections;
using System.Reflection;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>Looks at what production objects keep to themselves: a checker must see all of a state.</summary>
internal static class Peek
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly FieldInfo Now = Field(typeof(LeaderLease), "_now"), Role = Field(typeof(LeaderLease), "_role"), Seen = Field(typeof(LeaderLease), "_seenBallot"),
        Changing = Field(typeof(LeaderLease), "_change"), NotBefore = Field(typeof(LeaderLease), "_notBefore"), NextRead = Field(typeof(LeaderLease), "_nextRead"), SeenValue = Field(typeof(LeaderLease), "_seen"), Known = Field(typeof(LeaderLease), "_known"), Tickets = Field(typeof(LeaderLease), "_ticketAsked"), Readmission = Field(typeof(LeaderLease), "_readmission"), Cases = Field(typeof(Readmission), "_cases");

    private static readonly FieldInfo ItsNow = Field(typeof(Volunteer), "_now"), ItsProposing = Field(typeof(Volunteer), "_proposer"), ItsReadmission = Field(typeof(Volunteer), "_readmission");

    private static readonly FieldInfo Proposing = Field(typeof(LeaderLease), "_proposer"), Running = Field(typeof(Proposer), "<Running>k__BackingField"),
        Round = Field(Running.FieldType, "<Ballot>k__BackingField");

    private static readonly FieldInfo Sent = Field(Cases.FieldType.GetGenericArguments()[1], "<Sent>k__BackingField");

    public static FieldInfo Field(Type type, string name) =>
        type.GetField(name, Own) ?? throw new MissingFieldException($"{type.Name} has no field {name} any more: teach tests/Simulation/Scope its new shape");

    /// <summary>Those of its bases too, in an order that does not change.</summary>
    public static FieldInfo[] Fields(Type type)
    {
        List<FieldInfo> fields = [];
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType) fields.AddRange(at.GetFields(Own));
        return [.. fields.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    /// <summary>Without what the compiler puts around the name of a property or of a constructor's parameter.</summary>
    public static string NameOf(FieldInfo field) => field.Name[0] == '<' ? field.Name[1..field.Name.IndexOf('>')] : field.Name;

    public static Moment At(object machine) => machine is LeaderLease
        ? new Moment((TimeSpan)Now.GetValue(machine)!, Role.GetValue(machine)!.ToString()!, (Ballot)Seen.GetValue(machine)!, SeenValue.GetValue(machine) is { } seen && ReferenceEquals(seen, Known.GetValue(machine)))
        : new Moment((TimeSpan)ItsNow.GetValue(machine)!, "Volunteer", Ballot.None);

    /// <summary>Of the change that runs.</summary>
    public static Ballot RoundOf(object machine) => Running.GetValue((machine is LeaderLease ? Proposing : ItsProposing).GetValue(machine)) is { } round ? (Ballot)Round.GetValue(round)! : Ballot.None;

    /// <summary>It follows, asks nothing, and neither takes over nor begins a generation before a time that has not come.</summary>
    public static bool Rests(object machine) => machine is LeaderLease && At(machine) is { Role: "Following" } at && Changing.GetValue(machine) is null
        && (TimeSpan)NotBefore.GetValue(machine)! > at.Now && (TimeSpan)NextRead.GetValue(machine)! > at.Now;

    /// <summary>The questions it knows again by identity, so that a late answer to an older one of the same words does not count.</summary>
    public static List<(string Server, Request Request)> HeldBy(object machine)
    {
        List<(string, Request)> held = [];
        if (machine is LeaderLease)
            foreach (var (server, asked) in (Dictionary<string, (Request Request, TimeSpan At)>)Tickets.GetValue(machine)!) held.Add((server, asked.Request));
        foreach (DictionaryEntry one in (IDictionary)Cases.GetValue((machine is LeaderLease ? Readmission : ItsReadmission).GetValue(machine))!)
            if (Sent.GetValue(one.Value) is Request request) held.Add(((string)one.Key, request));
        return held;
    }
}
