using House.Tests.Rules;

namespace House.Tests;

/// <summary>A rule that cannot fail holds nothing: each is fed what it must refuse, and its neighbour that it must let pass.</summary>
public sealed class RulesCanFailTests
{
    [Theory]
    [InlineData("Contracts/Vocabulary/X.cs", "using Contracts.Messages;")]
    [InlineData("Contracts/Vocabulary/X.cs", "using System.IO;")]
    [InlineData("Contracts/Vocabulary/X.cs", "class X { System.Net.IPAddress a; }")]
    [InlineData("Contracts/Messages/X.cs", "using Contracts.Bus;")]
    [InlineData("Contracts/Messages/X.cs", "using RabbitMQ.Client;")]
    [InlineData("Contracts/Bus/X.cs", "using YamlDotNet.Core;")]
    [InlineData("Contracts/Bus/X.cs", "using Arbiter.Core;")]
    [InlineData("Arbiter/Core/X.cs", "using Arbiter.Quorum;")]
    [InlineData("Arbiter/Core/X.cs", "using Microsoft.Extensions.Logging;")]
    [InlineData("Arbiter/Core/X.cs", "class X { Task t; }")]
    [InlineData("Arbiter/Core/X.cs", "class X(TimeProvider time);")]
    [InlineData("Arbiter/Core/X.cs", "class X { string s = File.ReadAllText(x); }")]
    [InlineData("Arbiter/Core/X.cs", "class X { object o = Arbiter.Groups.Y.Z; }")]
    [InlineData("NodeAgent/Core/X.cs", "class X { async void M() { } }")]
    [InlineData("NodeAgent/Core/X.cs", "using NodeAgent.Probes;")]
    [InlineData("NodeAgent/Probes/X.cs", "using Arbiter.Core;")]
    [InlineData("Arbiter/Groups/X.cs", "using StackExchange.Redis;")]
    [InlineData("Arbiter/Quorum/X.cs", "using NodeAgent.Core;")]
    [InlineData("Arbiter/Intake/X.cs", "using RabbitMQ.Client;")]
    [InlineData("Arbiter/Events/X.cs", "using MassTransit;")]
    [InlineData("Arbiter/Notifications/Delivery/X.cs", "using System.Net.Http;")]
    [InlineData("Arbiter/Notifications/Delivery/X.cs", "class X(TimeProvider time);")]
    public void A_forbidden_dependency_is_found(string file, string text) => Assert.NotEmpty(Dependencies.Check(new Source(file, text)));

    [Theory]
    [InlineData("Contracts/Vocabulary/X.cs", "using System.Diagnostics.CodeAnalysis;")]
    [InlineData("Contracts/Messages/X.cs", "using Contracts.Vocabulary;")]
    [InlineData("Contracts/Bus/X.cs", "using RabbitMQ.Client;")]
    [InlineData("Arbiter/Core/X.cs", "using System.Collections.Immutable;\nusing Contracts.Messages;")]
    [InlineData("Arbiter/Core/X.cs", "// the Task of Arbiter.Quorum\nclass X { string s = \"await Task\"; char c = '\"'; string r = \"\"\"Socket\"\"\"; }")]
    [InlineData("Arbiter/Core/X.cs", "record X(SteeringFile File, string Process);")]
    [InlineData("Arbiter/Quorum/X.cs", "using StackExchange.Redis;")]
    [InlineData("Arbiter/Events/Plane/X.cs", "using MassTransit;")]
    public void An_allowed_dependency_passes(string file, string text) => Assert.Empty(Dependencies.Check(new Source(file, text)));

    [Fact]
    public void Using_the_inside_of_another_room_is_found_and_using_its_port_passes()
    {
        Source port = new("Arbiter/Quorum/IRegister.cs", "namespace Arbiter.Quorum;\npublic interface IRegister { }\npublic sealed record RegisterStatus;");
        Source inside = new("Arbiter/Quorum/RedisAcceptor.cs", "namespace Arbiter.Quorum;\ninternal sealed class RedisAcceptor { }");
        Source good = new("Arbiter/Groups/GroupLoop.cs", "using Arbiter.Quorum;\nclass GroupLoop(IRegister r, RegisterStatus s);");
        Source bad = new("Arbiter/Groups/Other.cs", "using Arbiter.Quorum;\nclass Other(RedisAcceptor a);");
        Assert.Empty(Adapters.Check([port, inside, good], "Arbiter"));
        Assert.Contains("Other.cs names RedisAcceptor", Assert.Single(Adapters.Check([port, inside, good, bad], "Arbiter")));
    }

    [Theory]
    [InlineData("// TODO later")]
    [InlineData("# FIXME")]
    [InlineData("throw new NotImplementedException();")]
    [InlineData("[Fact(Skip = \"slow\")]")]
    public void An_unfinished_word_is_found(string text) => Assert.NotEmpty(Words.Unfinished("Arbiter/X.cs", text));

    [Theory]
    [InlineData("class X { void M() { Task.Run(() => { }); } }")]
    [InlineData("class X { void M() { Thread.Sleep(1); } }")]
    [InlineData("class X { object o = DateTimeOffset.UtcNow; }")]
    public void An_ambient_call_is_found(string text) => Assert.NotEmpty(Words.Ambient(new Source("Arbiter/X.cs", text)));

    [Fact]
    public void An_ambient_call_in_a_comment_or_a_text_passes() =>
        Assert.Empty(Words.Ambient(new Source("Arbiter/X.cs", "// Task.Run is banned\nclass X { string s = \"DateTime.Now\"; }")));

    [Theory]
    [InlineData("see /" + "work/main/x")]
    [InlineData("cd /root/.nuget")]
    public void A_path_of_one_machine_is_found(string text) => Assert.NotEmpty(Words.MachinePaths("docs/x.md", text));

    [Fact]
    public void A_path_of_every_machine_passes() => Assert.Empty(Words.MachinePaths("docs/x.md", "in /etc/arbiter and /run/arbiter-agent, network/work/x"));

    [Fact]
    public void A_file_with_one_line_too_many_is_found()
    {
        var most = string.Concat(Enumerable.Repeat("//\n", Words.MostLines));
        Assert.Empty(Words.Long(new Source("Arbiter/X.cs", most)));
        Assert.NotEmpty(Words.Long(new Source("Arbiter/X.cs", most + "//\n")));
    }

    [Fact]
    public void A_name_of_a_file_that_is_not_there_is_found_in_backticks_and_links()
    {
        static bool Exists(string path) => path is "docs/api.md" or "Arbiter/Core" or "README.md";
        Assert.Empty(DocNames.Check("docs/x.md", "`docs/api.md`, `Arbiter/Core/`, [a](api.md), [b](../README.md#c), [d](https://x/y), `tests/run <tier>`\n```\n`docs/gone.md`\n```\n", Exists));
        Assert.Single(DocNames.Check("docs/x.md", "`docs/gone.md`", Exists));
        Assert.Single(DocNames.Check("docs/x.md", "[a](gone.md)", Exists));
        Assert.Single(DocNames.Check("README.md", "[a](../../etc)", Exists));
    }
}
