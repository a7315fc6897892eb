using NodeAgent.Cli;
using NodeAgent.Tests.Configuration;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Cli;

public sealed class CheckCommandTests : IDisposable
{
    private const string Key = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private readonly Box _box = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    /// <summary>Without isolation addresses, which is doubtful and no more.</summary>
    private string Write(string group = "base: 240")
    {
        File.WriteAllText(_box.At("agent.yaml"), AgentYaml.With(group: group, rest: $"stateDirectory: {_box.Directory}").Replace("k1:abcdef", Key, StringComparison.Ordinal)
            .Replace("/run/arbiter-agent/web.", _box.At("web."), StringComparison.Ordinal).Replace("eth0", "lo", StringComparison.Ordinal));
        return _box.At("agent.yaml");
    }

    private int Check(string path) => CheckCommand.Check(path, _out, _error);

    [Fact]
    public void A_file_with_warnings_only_is_good_and_says_how_many()
    {
        foreach (var file in new[] { "web.fence", "web.priority" }) File.WriteAllText(_box.At(file), "0\n");
        var path = Write();
        Assert.Equal((Commands.Done, $"{path}: good; node lb1, 1 group(s), 1 probe(s); 1 warning\n"), (Check(path), _out.ToString()));
        Assert.StartsWith("warning: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_host_lacks_is_exit_1_and_counted_apart_from_the_warnings()
    {
        var path = Write();
        Assert.Equal((Commands.Failed, $"{path}: the file is good (1 warning), the host has 2 problems\n"), (Check(path), _out.ToString()));
    }

    [Fact]
    public void A_bad_file_is_exit_2_with_its_problems_and_warnings_counted_apart()
    {
        var path = Write("base: 300\nvrid: 300");
        Assert.Equal((Commands.Usage, ""), (Check(path), _out.ToString()));
        Assert.EndsWith($"arbiter-agent: 2 problems, 1 warning in {path}; nothing was started\n", _error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _box.Dispose();
}
