using System.Runtime.CompilerServices;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Tests.Web;

/// <summary>What a pass over all households costs: memory of each, and how many are stated again.</summary>
public sealed class UsePassTests
{
    [Fact]
    public void A_household_takes_little_more_than_a_hundred_bytes() => Assert.InRange(Unsafe.SizeOf<UseRow>(), 1, 128);

    [Fact]
    public async Task Only_households_that_changed_are_stated_again()
    {
        await using var site = await WebSite.StartAsync();
        var pass = new UsePass(site.Ledger, WebSite.Policies, UsageSettings.Default, 2025);
        var first = Draw(pass);
        Assert.Equal(48, first.Age.Redrawn);
        Assert.Same(first, Draw(pass));

        site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.Household, 2025, "site-inspection", HoldAct.Place, "", "a visit", "bureau:li", WebSite.Today.StartMs));
        var held = Draw(pass);
        Assert.Equal((1, 2), (held.Age.Redrawn, held.Sum("").OnHold));
        Assert.Equal(1, first.Sum("").OnHold); // what was given out never changes

        // The register that never moved is stored for a household that used little.
        var registry = held.Registry;
        var (from, to) = (registry.Meters["M" + WebSite.Unused[1..]].No, registry.Meters["M" + WebSite.FarBelow[1..]].No);
        using (site.Ledger.AcquireFold())
        {
            var flush = new FoldFlush { FoldedSeq = held.Age.FoldedSeq };
            using (var view = site.Ledger.OpenView())
                flush.MeterYears = [.. view.MeterYears(from).Select(row => row with { MeterNo = to })];
            site.Ledger.Flush(flush);
        }
        var moved = Draw(pass);
        Assert.Equal(1, moved.Age.Redrawn);
        Assert.Equal((2, 0), (moved.Sum("").Count(UseKind.NeverUsed), moved.Sum("").Count(UseKind.FarBelow)));
        // Another day is another question for everybody.
        Assert.Equal(48, pass.Draw(WebSite.Today.Next, TimeProvider.System, _ => { }, CancellationToken.None).Age.Redrawn);
    }

    private static UseBoard Draw(UsePass pass) => pass.Draw(WebSite.Today, TimeProvider.System, _ => { }, CancellationToken.None);
}
