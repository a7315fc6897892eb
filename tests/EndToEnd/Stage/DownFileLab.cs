namespace EndToEnd.Stage;

/// <summary>After all others: it has a lab of its own, and one machine carries one lab at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneDownFileLab : ICollectionFixture<DownFileLab>
{
    public const string Name = "one lab steered by a down file";
}

/// <summary>The classic keepalived.conf, untouched but for its script, which looks at the agent's down file.</summary>
public sealed class DownFileLab() : LabFixture("d", "end-to-end-down-file.txt", "--down-file");
