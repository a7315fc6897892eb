using Contracts.Configuration;
using CsCheck;

namespace Contracts.Tests.Configuration;

public sealed class NeverThrowsTests
{
    private static readonly Gen<string> Yamlish =
        Words("a", "b", ":", ": ", "\n", "\n  ", "- ", "[", "]", "{", "}", ",", "&x ", "*x", "!t ", "\"", "'", "|", ">", "#", "\t", "---\n", "...\n", "? ", "<<: ", "%", "${", "file:/", "env:", "~", "1", "5s", "\\u", "\\U99999999", "\0", "\ud800", "\u2028", "@", "`", "\r")
            .Array[0, 60].Select(string.Concat);

    private static Gen<string> Words(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    [Fact]
    public void Whatever_the_text_reading_it_ends_with_values_or_errors() =>
        Check.Sample(Gen.OneOf(Yamlish, Gen.String), text =>
        {
            var document = ConfigurationDocument.Parse(text, "x.yaml", "APP", ConfigurationEnvironment.Empty);
            if (document.Root is { } root)
            {
                var a = root.Optional("a");
                a.Text();
                a.Secret();
                a.Integer(0, 5);
                a.Number(0, 5);
                a.Boolean();
                a.Duration(TimeSpan.Zero, TimeSpan.FromDays(1));
                a.OneOf(("x", 1));
                a.List(0, 5, "things");
                a.Map(0, 5, "things");
                a.Section()?.Optional("b").Text();
            }
            var result = document.Finish(document.Root);
            return result.Ok == (result.Errors.Count == 0) && (result.Options is null) == (result.Errors.Count > 0)
                && result.Errors.All(e => !e.ToString().Any(char.IsControl));
        }, iter: 20_000);

    [Fact]
    public void Whatever_the_variables_reading_them_ends_with_values_or_errors() =>
        Check.Sample(Gen.Select(Words("a", "b", "__", "_", "0", "1", "9", "99999").Array[0, 8].Select(string.Concat), Gen.String), (name, value) =>
        {
            var environment = new ConfigurationEnvironment(new Dictionary<string, string> { ["APP__" + name] = value });
            var document = ConfigurationDocument.Parse("a: { b: [ 1, { a: 2 } ] }\n", "x.yaml", "APP", environment);
            document.Root!.Optional("a").Section()?.Optional("b").List(0, 9, "things")?.FirstOrDefault()?.Text();
            document.Finish("x");
        }, iter: 20_000);
}
