using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Settlements;

/// <summary>
/// One household, or one village heating enterprise, in a run: everything that lists and workbook say of it. A run is exported from its
/// lines alone, so that later readings, registry rows or policies cannot change what has been signed.
/// </summary>
/// <param name="Account">Account number 户号 at the season's end; empty: none is known.</param>
/// <param name="Accrued">What readings, registry and policies gave when the run was drafted.</param>
/// <param name="Before">What confirmed runs of the season have given already.</param>
/// <param name="Holds">Why the amount waits, as stable words; empty: nothing in the way. A held line is due nothing.</param>
/// <param name="Advanced">Yuan paid out in advance 已预发 and not yet set off when the run was drafted.</param>
/// <param name="Payee">Null: nobody has said whom to pay.</param>
public sealed record SettlementLine(
    SettledHousehold Household, string Account, SettledUse Use, SettledReckoning Reckoning, SettledAmount Accrued, SettledAmount Before,
    IReadOnlyList<string> Holds, decimal Advanced, Payee? Payee)
{
    public bool Held => Holds.Count > 0;

    /// <summary>应发 of this run: what is accrued beyond what was given before; negative: to be recovered. Nothing while the line is held.</summary>
    public SettledAmount Due => Held ? SettledAmount.Nothing : Accrued - Before;

    /// <summary>The part of <see cref="Due"/> that corrects an earlier confirmed run.</summary>
    public AdjustmentKind Adjustment => Before == SettledAmount.Nothing || Due.Total == 0 ? AdjustmentKind.None
        : Due.Total > 0 ? AdjustmentKind.Supplement : AdjustmentKind.Recovery;

    /// <summary>实发: what is to be paid out now, yuan, never negative.</summary>
    public decimal Payable => Math.Max(0, Due.Total - Advanced);
}

/// <summary>Whom the line is about, as the registry had it.</summary>
/// <param name="Division">12-digit village code.</param>
/// <param name="Township">Name; empty: not registered.</param>
/// <param name="Village">Name; empty: not registered.</param>
public sealed record SettledHousehold(
    string Id, string Name, string Division, string Township, string Village, HeatingRoute Route, Conversion Conversion, Hardship Hardship, LocalDay? AcceptedOn,
    string Note);

/// <summary>What was used, quantities in 0.0001 of the unit.</summary>
/// <param name="Energy">Null: nothing is metered.</param>
/// <param name="Unit"><c>kWh</c>, <c>m³</c>, or what the rule says.</param>
/// <param name="Estimated">Of <paramref name="Eligible"/>, what lies between readings far apart.</param>
/// <param name="Grade">Quality grade; empty where nothing is metered.</param>
/// <param name="HeatedHouseholds">Of a village heating enterprise at the season's end, else 0.</param>
public sealed record SettledUse(
    Energy? Energy, string Unit, long? Opening, long? Closing, long Consumption, long Eligible, long Estimated, string Grade, int EligibleDays, int CoveredDays,
    int LongestGapDays, int HeatedHouseholds, IReadOnlyList<SettledSegment> Segments);

/// <summary>A meter's registers over the part of the season in which it stood in the household 起码/止码.</summary>
/// <param name="Opening">0.0001 of the unit as the meter shows it; null: missing.</param>
/// <param name="OpeningAtMs">Of the register; null: missing.</param>
/// <param name="Consumption">0.0001 of the unit, multiplier included.</param>
/// <param name="MultiplierE4">倍率 × 10,000.</param>
public sealed record SettledSegment(
    string Meter, Register Register, long? Opening, long? OpeningAtMs, long? Closing, long? ClosingAtMs, long MultiplierE4, long Consumption);

/// <summary>How quantity became money.</summary>
/// <param name="Policy">Id and version; empty and 0: no policy covers the village.</param>
/// <param name="Rate">As the rule writes it 补贴标准; empty: no rule.</param>
/// <param name="Tiers">Quantity, 0.0001 of the unit, and yuan per unit, in order.</param>
/// <param name="Raw">Yuan before cap and rounding, exact.</param>
/// <param name="Cap">Most yuan; null: none.</param>
/// <param name="Quota">Of a village heating enterprise, 0.0001 of the unit; null: none.</param>
/// <param name="Low">Total if the household used the least that the readings allow.</param>
/// <param name="High">Total if it used the most.</param>
public sealed record SettledReckoning(
    string Policy, int Version, string Rate, IReadOnlyList<SettledTier> Tiers, decimal Raw, decimal? Cap, bool CapReached, long Counted, long? Quota, decimal Low,
    decimal High);

public readonly record struct SettledTier(long Quantity, decimal Rate);

/// <summary>Whom to pay for a household: personal data, masked wherever it is not paid by it.</summary>
/// <param name="IdNumber">身份证号.</param>
/// <param name="AccountName">银行账户名称.</param>
/// <param name="BankAccount">银行账号/一卡通账号.</param>
public sealed record Payee(string Name, string IdNumber, string Bank, string AccountName, string BankAccount, string Phone);

public enum AdjustmentKind : byte
{
    None,

    /// <summary>补发.</summary>
    Supplement,

    /// <summary>追回.</summary>
    Recovery,
}
