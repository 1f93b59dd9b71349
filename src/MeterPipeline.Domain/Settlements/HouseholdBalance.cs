using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Domain.Settlements;

/// <summary>
/// What a household is due in a season beside what it got: two ledgers, which meet only here. Money that the bank returned is owed again
/// without anybody saying so, and money paid in advance or too much is set off against what the next run gives.
/// </summary>
/// <param name="Entitled">Sum of <see cref="SettlementLine.Due"/> over confirmed runs, yuan.</param>
/// <param name="Advanced">预发.</param>
/// <param name="Paid">发放.</param>
/// <param name="Returned">退票.</param>
/// <param name="Recovered">追回.</param>
public sealed record HouseholdBalance(decimal Entitled, decimal Advanced, decimal Paid, decimal Returned, decimal Recovered)
{
    public static HouseholdBalance Zero { get; } = new(0, 0, 0, 0, 0);

    /// <summary>What the household holds, yuan.</summary>
    public decimal Net => Advanced + Paid - Returned - Recovered;

    /// <summary>What it still has to get, yuan; negative: it holds more than confirmed runs give.</summary>
    public decimal Owed => Entitled - Net;

    /// <summary>What it holds beyond confirmed runs, yuan: advances not set off yet, and what is to be recovered.</summary>
    public decimal Ahead => Math.Max(0, -Owed);

    public HouseholdBalance After(DisbursementKind kind, decimal yuan) => kind switch
    {
        DisbursementKind.Advance => this with { Advanced = Advanced + yuan },
        DisbursementKind.Payment => this with { Paid = Paid + yuan },
        DisbursementKind.Returned => this with { Returned = Returned + yuan },
        DisbursementKind.Recovered => this with { Recovered = Recovered + yuan },
        _ => this,
    };

    /// <summary>Why money cannot have moved so; null: it can.</summary>
    public RunRefusal? Refusal(DisbursementKind kind, decimal yuan)
    {
        if (yuan <= 0 || yuan != Money.RoundToFen(yuan)) return new RunRefusal(null, null, RefusalReason.NoAmount, [yuan]);
        return kind switch
        {
            DisbursementKind.Payment when yuan > Owed => new RunRefusal(null, null, RefusalReason.MoreThanOwed, [Money.Format(yuan), Money.Format(Math.Max(0, Owed))]),
            DisbursementKind.Returned or DisbursementKind.Recovered when yuan > Net => new RunRefusal(null, null, RefusalReason.MoreThanHeld, [Money.Format(yuan), Money.Format(Net)]),
            _ => null,
        };
    }

    /// <summary>What stored amounts cannot be in any order of events; null: nothing.</summary>
    /// <param name="gains">Sum of what confirmed runs gave, recoveries left out, yuan.</param>
    public string? Fault(decimal gains) =>
        Net < 0 ? $"{Money.Format(Returned + Recovered)} yuan came back of {Money.Format(Advanced + Paid)} that went out"
        : Paid > gains + Returned + Recovered ? $"{Money.Format(Paid)} yuan were paid where confirmed runs gave {Money.Format(gains)} and {Money.Format(Returned + Recovered)} came back"
        : null;
}
