using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

public sealed class TurnTests
{
    [Fact]
    public async Task One_at_a_time_and_everybody_gets_what_is_his()
    {
        var (turn, inside, sum) = (new Turn(), 0, 0L);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(asker => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 5_000; i++)
                {
                    var mine = asker * 5_000 + i;
                    Assert.Equal(mine, turn.Take(() =>
                    {
                        Assert.Equal(1, Interlocked.Increment(ref inside));
                        sum += mine; // alone
                        Interlocked.Decrement(ref inside);
                        return mine;
                    }));
                }
            }, TaskCreationOptions.LongRunning)));
        Assert.Equal(Enumerable.Range(0, 40_000).Sum(mine => (long)mine), sum);
    }

    [Fact]
    public async Task What_goes_wrong_is_told_to_who_asked_for_it_and_the_others_go_on()
    {
        var turn = new Turn();
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var first = Task.Run(() => turn.Take(() =>
        {
            begun.Set();
            go.Wait();
            return 1;
        }));
        begun.Wait();
        // Both wait behind the first, who does their work too.
        var second = Task.Run(() => turn.Take<int>(() => throw new InvalidOperationException("second")));
        var third = Task.Run(() => turn.Take(() => 3));
        go.Set();
        Assert.Equal((1, 3), (await first, await third));
        Assert.Equal("second", (await Assert.ThrowsAsync<InvalidOperationException>(() => second)).Message);
        Assert.Equal(4, turn.Take(() => 4));
    }
}
