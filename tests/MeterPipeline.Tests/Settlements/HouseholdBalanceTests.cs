using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Tests.Settlements;

/// <summary>Both ledgers of a household, by hand.</summary>
public sealed class HouseholdBalanceTests
{
    [Theory]
    [InlineData("", "0.00", "100.00")]
    [InlineData("advance:30.00", "30.00", "70.00")]
    [InlineData("payment:100.00", "100.00", "0.00")]
    [InlineData("payment:100.00 returned:100.00", "0.00", "100.00")]
    [InlineData("payment:100.00 recovered:40.00", "60.00", "40.00")]
    [InlineData("advance:130.00 recovered:30.00", "100.00", "0.00")]
    [InlineData("advance:130.00", "130.00", "-30.00")]
    public void What_is_held_and_what_is_owed_of_a_hundred_yuan(string money, string held, string owed)
    {
        var balance = After(money);
        Assert.Equal((held, owed), ($"{balance.Net:0.00}", $"{balance.Owed:0.00}"));
    }

    [Theory]
    [InlineData("payment:100.00 recovered:40.00", DisbursementKind.Recovered, "60.01", RefusalReason.MoreThanHeld)]
    [InlineData("payment:100.00 recovered:40.00", DisbursementKind.Returned, "60.01", RefusalReason.MoreThanHeld)]
    [InlineData("payment:100.00 recovered:40.00", DisbursementKind.Payment, "40.01", RefusalReason.MoreThanOwed)]
    [InlineData("payment:100.00 recovered:40.00", DisbursementKind.Recovered, "60.00", null)]
    [InlineData("payment:100.00 recovered:40.00", DisbursementKind.Payment, "40.00", null)]
    [InlineData("", DisbursementKind.Advance, "0.00", RefusalReason.NoAmount)]
    [InlineData("", DisbursementKind.Advance, "0.001", RefusalReason.NoAmount)]
    public void Money_that_cannot_move_so_is_refused(string money, DisbursementKind kind, string yuan, RefusalReason? reason) =>
        Assert.Equal(reason, After(money).Refusal(kind, decimal.Parse(yuan, System.Globalization.CultureInfo.InvariantCulture))?.Reason);

    private static HouseholdBalance After(string money) => money.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(moved => moved.Split(':')).Aggregate(
        HouseholdBalance.Zero with { Entitled = 100 },
        (balance, moved) => balance.After(Enum.Parse<DisbursementKind>(moved[0], ignoreCase: true), decimal.Parse(moved[1], System.Globalization.CultureInfo.InvariantCulture)));
}
