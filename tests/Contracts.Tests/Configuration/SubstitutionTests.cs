using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

public sealed class SubstitutionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("configuration").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Secret(string content, string name = "secret")
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    [Theory]
    [InlineData("word\n", "word")]
    [InlineData("word\r\n", "word")]
    [InlineData("word", "word")]
    [InlineData(" two words \n", " two words ")]
    [InlineData("one\ntwo\n", "one\ntwo")]
    [InlineData("${env:X}\n", "${env:X}")]
    public void A_file_is_taken_without_its_last_newline_and_not_looked_into(string content, string expected) =>
        Assert.Equal(expected, Reading.Good($"a: \"${{file:{Secret(content)}}}\"", v => v.Secret()));

    [Fact]
    public void Variables_and_text_mix() =>
        Assert.Equal("amqp://me@host:5", Reading.Good("a: \"amqp://${env:U}@${env:H}:5\"", v => v.Text(), ("U", "me"), ("H", "host")));

    [Fact]
    public void Numbers_may_come_from_a_variable() =>
        Assert.Equal(240, Reading.Good("a: \"${env:BASE}\"", v => v.Integer(1, 245), ("BASE", "240")));

    [Fact]
    public void Two_dollars_are_a_plain_one() => Assert.Equal("x${file:/y}", Reading.Good("a: \"x$${file:/y}\"", v => v.Text()));

    [Fact]
    public void A_systemd_credential_is_found_in_its_directory()
    {
        Secret("word\n", "mq");
        Assert.Equal("word", Reading.Good("a: \"${credential:mq}\"", v => v.Secret(), ("CREDENTIALS_DIRECTORY", _directory)));
    }

    [Theory]
    [InlineData("${file:/no/such/file}", "the file /no/such/file does not exist")]
    [InlineData("${file:relative}", "'${file:relative}' needs an absolute path, such as ${file:/etc/arbiter/mq.password}")]
    [InlineData("${file:/}", "the file / may not be read by this user (or is a directory)")]
    [InlineData("${file:/dev/zero}", "the file /dev/zero is larger than 64 KB")]
    [InlineData("${file:/dev/null}", "the file /dev/null is empty")]
    [InlineData("${env:NOPE}", "the environment variable NOPE is not set or empty")]
    [InlineData("${env:EMPTY}", "the environment variable EMPTY is not set or empty")]
    [InlineData("${credential:x}", "the credential x cannot be read: CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit file sets it)")]
    [InlineData("${credential:../x}", "'../x' is no credential name: it is one file name, without '/'")]
    [InlineData("${vault:x}", "'${vault:x}' is not known: use ${file:/path}, ${env:NAME} or ${credential:NAME} (or '$${' for a plain '${')")]
    [InlineData("${env:X", "'${' is not closed by '}' (write '$${' for a plain '${')")]
    public void What_cannot_be_replaced_names_the_key_and_the_reason(string value, string expected) =>
        Assert.Equal($"test.yaml:1:4: a: {expected}", Reading.Bad($"a: \"{value}\"", v => v.Secret(), ("EMPTY", "")));

    [Fact]
    public void No_error_repeats_a_secret()
    {
        var path = Secret("hunter2");
        var error = Reading.Bad($"a: \"${{file:{path}}}\"", v => v.Integer(1, 5));
        Assert.DoesNotContain("hunter2", error);
        Assert.Contains(path[..20], error);
        Assert.DoesNotContain("hunter2", Reading.Bad("a: hunter2x" + new string('y', 70_000), v => v.Secret()));
    }
}
