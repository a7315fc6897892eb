namespace Arbiter.Tests.Quorum.Linearizability;

public sealed class LeaseRegisterTests
{
    private static Operation<LeaseAsk> Take(long call, long? end, string who, long term, long generation = 1) => new(call, end, new LeaseAsk.Acquire(who, generation, term));

    private static Operation<LeaseAsk> Leads(long at, string who, long term, long generation = 1) => new(at, at + 1, new LeaseAsk.Read(who, generation, term));

    private static Finding Judge(params Operation<LeaseAsk>[] history) => Linearizer.Judge(new LeaseRegister(), history).Finding;

    [Fact]
    public void Whoever_took_it_has_it_until_the_next() =>
        Assert.Equal(Finding.Linearizable, Judge(Take(0, 1, "a", 1), Leads(2, "a", 1), Take(3, 9, "b", 2), Leads(5, "a", 1), Leads(7, "b", 2), Leads(20, "b", 2)));

    [Fact]
    public void Who_spoke_after_the_next_took_it_is_found() =>
        Assert.Equal(Finding.NotLinearizable, Judge(Take(0, 1, "a", 1), Take(3, 9, "b", 2), Leads(10, "a", 1), Leads(12, "b", 2)));

    [Fact]
    public void One_term_for_two_is_found() => Assert.Equal(Finding.NotLinearizable, Judge(Take(0, 3, "a", 1), Take(1, 4, "b", 1)));

    [Fact]
    public void A_lease_that_was_taken_unheard_may_show_later() =>
        Assert.Equal(Finding.Linearizable, Judge(Take(0, 1, "a", 1), Take(2, null, "b", 2), Leads(3, "a", 1), Leads(10, "b", 2)));

    [Fact]
    public void After_it_was_given_back_nobody_leads()
    {
        var back = new Operation<LeaseAsk>(3, 4, new LeaseAsk.Release("a"));
        Assert.Equal(Finding.Linearizable, Judge(Take(0, 1, "a", 1), back, Leads(5, "", 1), Take(6, 7, "b", 2)));
        Assert.Equal(Finding.NotLinearizable, Judge(Take(0, 1, "a", 1), back, Leads(5, "a", 1)));
    }

    [Fact]
    public void A_generation_is_above_every_term_of_the_one_before() =>
        Assert.Equal(Finding.NotLinearizable, Judge(Take(0, 1, "a", 5, generation: 2), Take(2, 3, "b", 9)));
}
