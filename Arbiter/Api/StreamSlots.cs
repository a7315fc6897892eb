namespace Arbiter.Api;

/// <summary>At most so many streams may be open at a time; one more is answered by 503 and when to come again.</summary>
/// <param name="title">Of the refusal: what there are too many of.</param>
/// <param name="detail">How many may be open, and what to do instead.</param>
internal sealed class StreamSlots(int most, string title, string detail)
{
    private int _open;

    /// <summary>The refusal when all are taken; null: one is taken, until the response is completed.</summary>
    public IResult? Take(HttpContext http)
    {
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            http.Response.Headers.RetryAfter = "5";
            return Answers.Problem(http, StatusCodes.Status503ServiceUnavailable, title, detail);
        }
        http.Response.OnCompleted(() =>
        {
            Interlocked.Decrement(ref _open);
            return Task.CompletedTask;
        });
        return null;
    }
}
