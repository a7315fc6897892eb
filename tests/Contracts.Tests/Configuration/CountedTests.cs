using Contracts.Configuration;

namespace Contracts.Tests.Configuration;

public sealed class CountedTests
{
    [Theory]
    [InlineData(0, 0, "no problem")]
    [InlineData(1, 0, "1 problem")]
    [InlineData(0, 2, "2 warnings")]
    [InlineData(2, 1, "2 problems, 1 warning")]
    public void A_warning_is_no_problem(int problems, int warnings, string expected) => Assert.Equal(expected, Counted.Text(problems, warnings));
}
