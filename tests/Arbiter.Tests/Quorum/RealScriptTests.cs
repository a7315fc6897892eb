using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>The same scripts, with real Redis servers where the model stands: the answers are the recorded ones.</summary>
[Trait("tier", "integration")]
public sealed class RealScriptTests(RealScriptTests.Three three) : IClassFixture<RealScriptTests.Three>
{
    /// <summary>Three servers for all scripts; each begins with them empty.</summary>
    public sealed class Three : IAsyncLifetime
    {
        internal RedisServers Servers { get; private set; } = null!;
        internal IReadOnlyList<IAcceptor> Acceptors { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            Servers = await RedisServers.Start(3, persistent: true);
            Acceptors = Servers.Connect(TimeSpan.FromSeconds(5));
        }

        public ValueTask DisposeAsync() => Servers.DisposeAsync();
    }

    public static TheoryData<string> Scripts => ScriptTests.Scripts;

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Real_servers_answer_as_recorded(string script)
    {
        var taken = 0;
        var recorded = ScriptTests.Text(script);
        Assert.Equal(recorded, ScriptTests.Run(recorded, new ScriptWorld(name =>
        {
            var index = taken++ % 3;
            return new RealServer(name, three.Servers[index], three.Acceptors[index]);
        })));
    }
}
