using System.Text;
using System.Text.RegularExpressions;
using Arbiter.Configuration;
using Contracts.Configuration;
using NodeAgent.Configuration;

namespace Fuzz.Targets;

/// <summary>Both configuration files: options, or errors that say where and what.</summary>
internal sealed class ConfigurationTarget : Target
{
    public override string Name => "configuration";

    public override int Costs => 50;

    public static ConfigurationTarget Create() => new()
    {
        Seeds = [WithSecrets("arbiter.yaml"), WithSecrets("agent.yaml")],
        // files and variables are left alone: what they hold is not of this input
        Dictionary = Words(":", ": ", "\n", "\n  ", "- ", "[", "]", "{", "}", ",", "&a ", "*a", "!t ", "\"", "'", "|", ">", "#", "\t", "---\n", "? ", "<<: ", "%", "~", "-1", "0",
            "99999999999999999999", "1e999", "5s", "1000h", "\0", "\uFEFF", "é", "a: &a [*a]\n", "${", "}", new string('[', 300), new string('x', 5000)),
    };

    private static Seed WithSecrets(string file)
    {
        var seed = Seed.Load(file);
        return seed with { Bytes = Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(seed.Bytes), @"\$\{(file|credential):[^}]*\}", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")) };
    }

    public override bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng)
    {
        var text = Encoding.UTF8.GetString(input).Replace("${file:", "${fail:", StringComparison.Ordinal).Replace("${credential:", "${fail:", StringComparison.Ordinal);
        return seed.Name == "agent.yaml"
            ? Check(AgentConfiguration.Parse(text, ConfigurationEnvironment.Empty))
            : Check(ArbiterConfiguration.Parse(text, ConfigurationEnvironment.Empty, "arb1"));
    }

    private static bool Check<T>(ConfigurationResult<T> read) where T : class
    {
        if (read.Ok == read.Errors.Count > 0) throw new FindingException("neither options nor errors, or both");
        if (read.Errors.Concat(read.Warnings).FirstOrDefault(e => e.ToString().Any(char.IsControl)) is { } bad)
            throw new FindingException($"a problem with control characters: {System.Text.Json.JsonSerializer.Serialize(bad.ToString())}");
        return read.Ok;
    }
}
