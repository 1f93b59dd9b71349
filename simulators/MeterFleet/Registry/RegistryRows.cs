namespace MeterFleet;

/// <summary>An administrative division.</summary>
/// <param name="Code">2 digits province, 4 city, 6 county, 9 township, 12 village; each begins with its parent's.</param>
/// <param name="Name">Chinese name; invented ones end in （样例）.</param>
/// <param name="Parent">The parent's code, empty for the province.</param>
public sealed record Division(string Code, string Name, string Parent);

/// <summary>A company that publishes telemetry.</summary>
/// <param name="Id">As in the topic.</param>
/// <param name="Name">Chinese name.</param>
/// <param name="Energy"><c>electricity</c> or <c>gas</c>.</param>
public sealed record Company(string Id, string Name, string Energy);

/// <summary>A household, or a village heating plant, as the bureau's list has it.</summary>
/// <param name="Id">Account number, 13 digits.</param>
/// <param name="Name">Invented.</param>
/// <param name="Division">12-digit village code.</param>
/// <param name="Route"><c>coal-to-electricity</c> or <c>coal-to-gas</c>.</param>
/// <param name="Conversion"><c>programme</c> or <c>self</c>.</param>
/// <param name="AcceptedOn">First eligible local day.</param>
/// <param name="Hardship"><c>none</c>, <c>dibao</c>, <c>wubao</c> or <c>other</c>.</param>
/// <param name="Note">Says that the row is sample data.</param>
public sealed record Household(
    string Id, string Name, string Division, string Route, string Conversion, DateOnly AcceptedOn, string Hardship, string Note)
{
    /// <summary>First excluded local day; null where the household is not excluded.</summary>
    public DateOnly? ExcludedFrom { get; init; }

    /// <summary>First local day eligible again; null for an open exclusion.</summary>
    public DateOnly? ExcludedTo { get; init; }

    /// <summary><c>central-heating</c>, <c>public-employee</c>, <c>idle</c>, <c>other</c>, or empty.</summary>
    public string Exclusion { get; init; } = "";
}

/// <summary>One meter from its installation to its removal. Registers are in 0.0001 kWh or m³, as the meter's digits show them.</summary>
public sealed class Meter
{
    internal Meter(int index, string id, string householdId, string company, SupplyPoint point)
    {
        Index = index;
        Id = id;
        HouseholdId = householdId;
        Company = company;
        Point = point;
        Topic = System.Text.Encoding.UTF8.GetBytes($"metering/v1/{company}/{id}/reading");
    }

    /// <summary>12-digit DL/T 645 address for electricity, 14 digits for gas; unique in the fleet.</summary>
    public string Id { get; }

    /// <summary>The <see cref="Household.Id"/> it serves.</summary>
    public string HouseholdId { get; }

    /// <summary>The <see cref="MeterFleet.Company.Id"/> that reads it.</summary>
    public string Company { get; }

    /// <summary><c>electricity</c> or <c>gas</c>.</summary>
    public string Energy => Point.Gas ? "gas" : "electricity";

    /// <summary>Integer digits: the register wraps at 10 to this power.</summary>
    public int RegisterDigits { get; internal init; }

    /// <summary>Decimal digits shown and reported.</summary>
    public int Decimals { get; internal init; }

    /// <summary>Transformer ratio: energy is register × multiplier.</summary>
    public decimal Multiplier => Tenths / 10m;

    /// <summary>Most that the meter can pass, kW or m³/h.</summary>
    public decimal Capacity => Point.Capacity;

    /// <summary>When the register stood at <see cref="Opening"/>.</summary>
    public DateTimeOffset InstalledAt { get; internal init; }

    /// <summary>Register at installation.</summary>
    public long Opening { get; internal init; }

    /// <summary>When it was exchanged; null where it still hangs.</summary>
    public DateTimeOffset? RemovedAt { get; internal set; }

    /// <summary>Register at removal.</summary>
    public long? Closing { get; internal set; }

    /// <summary><c>heating</c>, <c>whole-house</c> or <c>village-central-heating</c>.</summary>
    public string Serves { get; internal init; } = "whole-house";

    /// <summary>Households behind a village heating plant, else 0.</summary>
    public int HeatedHouseholds { get; internal init; }

    /// <summary>True where it reports every 15 minutes, false for a daily freeze.</summary>
    public bool QuarterHourly { get; internal init; }

    /// <summary>True where a concentrator reads it and publishes batches.</summary>
    public bool BehindConcentrator { get; internal init; }

    /// <summary>True where it sends T1 to T4 with every midnight's total.</summary>
    public bool SendsTariffs { get; internal init; }

    /// <summary>How far its clock is ahead, in milliseconds; 0 without the fault.</summary>
    public long ClockSkewMs { get; internal init; }

    /// <summary>When its register breaks without a reason, ms since 1970; null where it does not.</summary>
    public long? BrokenAtMs { get; internal set; }

    /// <summary>Whether its clock falls back in the season.</summary>
    public bool ClockFallsBack => Rollback.Ms > 0;

    internal int Index { get; }
    internal SupplyPoint Point { get; }
    internal byte[] Topic { get; }

    /// <summary>First slot in the season at which it hangs; 0 where it was there before.</summary>
    internal int FirstSlot { get; init; }

    /// <summary>The slot of its removal; <see cref="int.MaxValue"/> where it still hangs.</summary>
    internal int EndSlot { get; set; } = int.MaxValue;

    /// <summary>Register minus what the point has drawn since the season's start, before wrapping and cutting.</summary>
    internal long Offset { get; init; }

    /// <summary>The multiplier in tenths.</summary>
    internal long Tenths { get; init; } = 10;

    /// <summary>The slot at which the register breaks, and by how much it is off from then on.</summary>
    internal (int Slot, long By) Break { get; set; } = (int.MaxValue, 0);

    /// <summary>The slots in which its clock is behind, and by how much.</summary>
    internal (int From, int Until, long Ms) Rollback { get; set; }

    internal long Modulus => Units.Modulus(RegisterDigits);

    /// <summary>What the register would show if it never wrapped or broke, cut to the meter's decimals.</summary>
    internal long Unwrapped(long drawnSinceStart) => Units.Cut(Offset + Ratioed(drawnSinceStart), Decimals);

    /// <summary>Energy as this meter's register counts it.</summary>
    internal long Ratioed(long drawn) => drawn * 10 / Tenths;

    /// <summary>What the register shows.</summary>
    internal long Shown(int slot, long drawnSinceStart) => (Unwrapped(drawnSinceStart) + (slot >= Break.Slot ? Break.By : 0)) % Modulus;

    /// <summary>How far its clock is ahead at a slot, ms.</summary>
    internal long ClockErrorMs(int slot) => ClockSkewMs - (slot >= Rollback.From && slot < Rollback.Until ? Rollback.Ms : 0);

    internal bool HangsAt(int slot) => slot >= FirstSlot && slot < EndSlot;
}

/// <summary>Quantities are integers of 0.0001 kWh or m³.</summary>
internal static class Units
{
    internal const long One = 10_000;

    /// <summary>Drops what a register of so many decimals does not show.</summary>
    internal static long Cut(long units, int decimals) => units - (units % PerStep(decimals));

    /// <summary>Where a register of so many integer digits starts again from zero.</summary>
    internal static long Modulus(int digits) => digits switch
    {
        4 => 10_000 * One,
        5 => 100_000 * One,
        6 => 1_000_000 * One,
        _ => throw new ArgumentOutOfRangeException(nameof(digits)),
    };

    internal static long PerStep(int decimals) => decimals switch
    {
        0 => One,
        2 => 100,
        3 => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(decimals)),
    };
}
