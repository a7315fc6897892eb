namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>What a client asked of one group's assignment, and what it was told. A token is the client's own mark of a proposal, never used twice.</summary>
internal abstract record GroupAsk
{
    private GroupAsk() { }

    /// <param name="Epoch">0 and an empty token: the group has no assignment.</param>
    public sealed record Read(long Generation, long Epoch, string Token) : GroupAsk
    {
        public override string ToString() => Epoch == 0 ? $"reads that nothing stands in generation {Generation}" : $"reads '{Token}' with epoch {Epoch} of generation {Generation}";
    }

    /// <summary>A proposal that was committed.</summary>
    public sealed record Cas(long Generation, long Expected, long Epoch, string Token) : GroupAsk
    {
        public override string ToString() => $"puts '{Token}' over epoch {Expected} as epoch {Epoch} of generation {Generation}";
    }

    /// <summary>A proposal that may or may not stand.</summary>
    /// <param name="Epoch">The epoch it got if it stood, where somebody read it.</param>
    public sealed record MaybeCas(long Expected, string Token, long? Epoch = null) : GroupAsk
    {
        public override string ToString() => $"may have put '{Token}' over epoch {Expected}{(Epoch is { } epoch ? $" as epoch {epoch}" : "")}";
    }
}

/// <param name="Epoch">What stands, or, when it is not known, a bound that it is above of.</param>
/// <param name="Token">Null: anything.</param>
internal readonly record struct GroupState(long Generation, long Epoch, bool EpochKnown, string? Token);

/// <summary>
/// One group's assignment as a register with compare and set. A proposal that was refused is no operation: that its token is never read is the
/// check, because nobody put it there.
/// </summary>
/// <param name="keeps">Whether this generation goes on with what stood; otherwise it may begin with anything (a majority lost its memory).</param>
internal sealed class GroupRegister(Func<long, bool> keeps) : IObjectModel<GroupState, GroupAsk>
{
    public GroupRegister(bool keeps) : this(_ => keeps)
    {
    }

    public GroupState Initial => new(0, 0, true, "");

    public GroupState Anything => new(0, -1, false, null);

    public bool TryStep(GroupState state, GroupAsk what, out GroupState next)
    {
        next = state;
        switch (what)
        {
            case GroupAsk.Read read:
                if (!In(read.Generation, ref next) || !Stands(next, read.Epoch) || (next.Token is { } token && token != read.Token)) return false;
                next = next with { Epoch = read.Epoch, EpochKnown = true, Token = read.Token };
                return true;
            case GroupAsk.Cas cas:
                if (!In(cas.Generation, ref next) || !Stands(next, cas.Expected) || cas.Epoch <= cas.Expected) return false;
                next = next with { Epoch = cas.Epoch, EpochKnown = true, Token = cas.Token };
                return true;
            case GroupAsk.MaybeCas cas:
                if (!Stands(next, cas.Expected) || cas.Epoch <= cas.Expected) return false;
                next = next with { Epoch = cas.Epoch ?? cas.Expected, EpochKnown = cas.Epoch is not null, Token = cas.Token };
                return true;
            default:
                return false;
        }
    }

    private static bool Stands(GroupState state, long epoch) => state.EpochKnown ? state.Epoch == epoch : epoch > state.Epoch;

    /// <summary>Generations rise.</summary>
    private bool In(long generation, ref GroupState state)
    {
        if (generation < state.Generation) return false;
        if (generation > state.Generation)
            state = state.Generation == 0 || keeps(generation) ? state with { Generation = generation } : new GroupState(generation, -1, false, null);
        return true;
    }
}
