using CsCheck;
using static NodeAgent.Tests.Configuration.AgentYaml;

namespace NodeAgent.Tests.Configuration;

public sealed class AgentConfigurationNeverThrowsTests
{
    private static readonly string Whole = With(
        "haproxy: { process: haproxy, listen: \"*:80\" }\nproxy: { http: \"http://127.0.0.1:9999/\", expect: [ 200 ] }\ngateway: { ping: [ 172.20.0.1 ] }",
        "[ haproxy, proxy, gateway ]", "base: 110\nsick: 10\nisolation: [ gateway ]", "timings: { heartbeat: 1s }");

    private static readonly string[] Pieces =
        ["", ":", " ", "\n", "\n  ", "- ", "[", "]", "{}", "}", ",", "~", "-1", "0", "99999999999", "x", "${env:A}", "${", "\"", "'", "#", "&a ", "*a", "!b ", "\t", "%", "|", "\0", "é"];

    /// <summary>Cuts out up to 12 characters at a place and puts a piece there.</summary>
    private static readonly Gen<(int At, int Cut, int Piece)[]> Mutations =
        Gen.Select(Gen.Int[0, Whole.Length], Gen.Int[0, 12], Gen.Int[0, Pieces.Length - 1]).Array[1, 5];

    [Fact]
    public void A_damaged_file_ends_with_options_or_errors() => Check.Sample(Mutations, mutations =>
    {
        var text = Whole;
        foreach (var (at, cut, piece) in mutations)
        {
            var start = Math.Min(at, text.Length);
            text = text[..start] + Pieces[piece] + text[Math.Min(start + cut, text.Length)..];
        }
        var result = Parse(text);
        return result.Ok ? result.Options is not null : result.Errors.Count > 0 && !result.Errors.Any(e => e.Message.Contains("no reason was found"));
    }, iter: 5_000);

    [Fact]
    public void The_undamaged_file_is_good() => Good(Whole);
}
