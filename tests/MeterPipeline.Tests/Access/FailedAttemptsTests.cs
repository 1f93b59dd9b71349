using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Access;

public sealed class FailedAttemptsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FailedAttempts<string> attempts = new(failuresMax: 3, Minute, entriesMax: 100);

    [Fact]
    public void Each_failure_is_answered_later_than_the_one_before()
    {
        var delays = Enumerable.Range(0, 8).Select(n => attempts.Failed("a", TimeSpan.FromSeconds(n)).TotalMilliseconds);
        Assert.Equal([250, 500, 1000, 2000, 4000, 4000, 4000, 4000], delays);
    }

    [Fact]
    public void Too_many_lock_out_for_a_while_that_doubles_up_to_a_quarter_of_an_hour()
    {
        var locks = new List<double>();
        for (var n = 0; n < 9; n++)
        {
            attempts.Failed("a", Minute);
            locks.Add(attempts.LockedFor("a", Minute).TotalMinutes);
        }
        Assert.Equal([0, 0, 1, 2, 4, 8, 15, 15, 15], locks);
        Assert.Equal(TimeSpan.Zero, attempts.LockedFor("a", 16 * Minute));
        Assert.Equal(TimeSpan.Zero, attempts.LockedFor("b", Minute));
    }

    [Fact]
    public void Success_and_a_quarter_of_an_hour_make_it_forget()
    {
        for (var n = 0; n < 3; n++) attempts.Failed("a", Minute);
        attempts.Succeeded("a");
        Assert.Equal(250, attempts.Failed("a", Minute).TotalMilliseconds);
        attempts.Failed("a", Minute);
        Assert.Equal(250, attempts.Failed("a", 16 * Minute).TotalMilliseconds);
    }

    [Fact]
    public void It_keeps_so_many_and_no_more_and_the_oldest_goes_first()
    {
        for (var n = 0; n < 1_000; n++) attempts.Failed($"{n}", TimeSpan.FromMilliseconds(n));
        Assert.Equal(100, attempts.Count);
        Assert.Equal(500, attempts.Failed("999", TimeSpan.FromSeconds(1)).TotalMilliseconds);
        Assert.Equal(250, attempts.Failed("899", TimeSpan.FromSeconds(1)).TotalMilliseconds);
    }
}
