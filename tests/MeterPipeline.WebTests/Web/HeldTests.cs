using MeterPipeline.Tests.Mqtt;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Tests.Web;

/// <summary>What viewers share is computed once for a while, then behind the back of those who ask, and before their eyes only where nobody asked for long.</summary>
public sealed class HeldTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ManualClock clock = new();
    private int computed;

    [Fact]
    public void A_value_that_is_asked_for_is_renewed_in_the_background()
    {
        using var begun = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(1);
        var held = new Held<string>(clock, () =>
        {
            begun.Release();
            go.Wait();
            return $"{++computed}";
        });
        Assert.Equal("1", held.Get());
        Assert.True(begun.Wait(Patience));
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal("1", held.Get());
        Assert.Equal(0, begun.CurrentCount);
        // The second computation stands still, and nobody waits for it.
        clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal("1", held.Get());
        Assert.True(begun.Wait(Patience));
        Assert.Equal("1", held.Get());
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("1", held.Get());
        go.Release();
        Assert.True(SpinWait.SpinUntil(() => held.Get() == "2", Patience));
        Assert.Equal(0, begun.CurrentCount);
    }

    [Fact]
    public void A_value_that_nobody_asked_for_is_computed_before_it_is_given()
    {
        var held = new Held<string>(clock, () => $"{++computed}");
        Assert.Equal("1", held.Get());
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2", held.Get());
    }

    [Fact]
    public void A_value_that_is_followed_is_ready_for_who_comes_back_and_followed_no_longer_than_somebody_may()
    {
        var held = new Held<string>(clock, () => $"{++computed}");
        var patience = TimeSpan.FromMinutes(5);
        held.Follow(patience);
        Assert.Equal(0, computed); // nobody has asked yet
        Assert.Equal("1", held.Get());
        held.Follow(patience);
        Assert.Equal(1, computed); // it is fresh
        for (var second = 2; second <= 300; second += 2)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            held.Follow(patience);
        }
        Assert.Equal(151, computed);
        Assert.Equal("151", held.Get());
        clock.Advance(patience + TimeSpan.FromSeconds(2));
        held.Follow(patience);
        Assert.Equal(151, computed);
    }
}
