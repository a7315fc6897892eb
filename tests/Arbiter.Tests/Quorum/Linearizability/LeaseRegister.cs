namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>What was learned of the lease.</summary>
internal abstract record LeaseAsk
{
    private LeaseAsk() { }

    /// <summary>A replica took the lease.</summary>
    public sealed record Acquire(string Leader, long Generation, long Term) : LeaseAsk
    {
        public override string ToString() => $"{Leader} takes term {Term} of generation {Generation}";
    }

    /// <summary>Who leads, as a majority of servers said; or a replica that may speak at this moment, which says that it leads.</summary>
    public sealed record Read(string Leader, long Generation, long Term) : LeaseAsk
    {
        public override string ToString() => $"{(Leader.Length == 0 ? "nobody" : Leader)} has term {Term} of generation {Generation}";
    }

    /// <summary>The lease was given back.</summary>
    public sealed record Release(string Leader) : LeaseAsk
    {
        public override string ToString() => $"{Leader} gives the lease back";
    }
}

/// <param name="Leader">Null: anything; empty: nobody.</param>
internal readonly record struct LeaseState(long Generation, long Term, string? Leader);

/// <summary>The lease: whoever takes it has a higher term than all before, and until the next one nobody else leads.</summary>
internal sealed class LeaseRegister : IObjectModel<LeaseState, LeaseAsk>
{
    public LeaseState Initial => new(0, 0, null);

    public LeaseState Anything => new(0, 0, null);

    public bool TryStep(LeaseState state, LeaseAsk what, out LeaseState next)
    {
        next = state;
        switch (what)
        {
            case LeaseAsk.Acquire acquire:
                if ((acquire.Generation, acquire.Term).CompareTo((state.Generation, state.Term)) <= 0) return false;
                next = new LeaseState(acquire.Generation, acquire.Term, acquire.Leader);
                return true;
            case LeaseAsk.Read read:
                if (state.Leader is null) next = new LeaseState(read.Generation, read.Term, read.Leader);
                return state.Leader is null || state == next with { Leader = read.Leader, Generation = read.Generation, Term = read.Term };
            case LeaseAsk.Release release:
                if (state.Leader is not null && state.Leader != release.Leader) return false;
                next = state with { Leader = "" };
                return true;
            default:
                return false;
        }
    }
}
