using System.Text.Json;

namespace MeterPipeline.Domain.Settlements;

/// <summary>
/// Writes lines in <see cref="CanonicalForm"/> field by field: a city's run has 160,000 of them, and a serializer that asks each record what it holds
/// takes three times as long.
/// </summary>
internal static class LineText
{
    public static void Write(Utf8JsonWriter json, SettlementLine line)
    {
        json.WriteStartObject();
        json.WritePropertyName("household"u8);
        Write(json, line.Household);
        json.WriteString("account"u8, line.Account);
        json.WritePropertyName("use"u8);
        Write(json, line.Use);
        json.WritePropertyName("reckoning"u8);
        Write(json, line.Reckoning);
        json.WritePropertyName("accrued"u8);
        Write(json, line.Accrued);
        json.WritePropertyName("before"u8);
        Write(json, line.Before);
        json.WriteStartArray("holds"u8);
        for (var i = 0; i < line.Holds.Count; i++) json.WriteStringValue(line.Holds[i]);
        json.WriteEndArray();
        Yuan(json, "advanced"u8, line.Advanced);
        if (line.Payee is { } payee)
        {
            json.WritePropertyName("payee"u8);
            Write(json, payee);
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, SettledAmount amount)
    {
        json.WriteStartObject();
        Yuan(json, "operating"u8, amount.Operating);
        Yuan(json, "hardship"u8, amount.Hardship);
        json.WriteStartArray("shares"u8);
        for (var i = 0; i < amount.Shares.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("level"u8, amount.Shares[i].Level);
            Yuan(json, "yuan"u8, amount.Shares[i].Yuan);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SettledHousehold household)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, household.Id);
        json.WriteString("name"u8, household.Name);
        json.WriteString("division"u8, household.Division);
        json.WriteString("township"u8, household.Township);
        json.WriteString("village"u8, household.Village);
        json.WriteString("route"u8, LineWords.Routes.Of(household.Route));
        json.WriteString("conversion"u8, LineWords.Conversions.Of(household.Conversion));
        json.WriteString("hardship"u8, LineWords.Hardships.Of(household.Hardship));
        if (household.AcceptedOn is { } day) json.WriteString("accepted_on"u8, day.ToString());
        json.WriteString("note"u8, household.Note);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SettledUse use)
    {
        json.WriteStartObject();
        if (use.Energy is { } energy) json.WriteString("energy"u8, LineWords.Energies.Of(energy));
        json.WriteString("unit"u8, use.Unit);
        Known(json, "opening"u8, use.Opening);
        Known(json, "closing"u8, use.Closing);
        json.WriteNumber("consumption"u8, use.Consumption);
        json.WriteNumber("eligible"u8, use.Eligible);
        json.WriteNumber("estimated"u8, use.Estimated);
        json.WriteString("grade"u8, use.Grade);
        json.WriteNumber("eligible_days"u8, use.EligibleDays);
        json.WriteNumber("covered_days"u8, use.CoveredDays);
        json.WriteNumber("longest_gap_days"u8, use.LongestGapDays);
        json.WriteNumber("heated_households"u8, use.HeatedHouseholds);
        json.WriteStartArray("segments"u8);
        for (var i = 0; i < use.Segments.Count; i++) Write(json, use.Segments[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SettledSegment segment)
    {
        json.WriteStartObject();
        json.WriteString("meter"u8, segment.Meter);
        json.WriteString("register"u8, LineWords.Registers.Of(segment.Register));
        Known(json, "opening"u8, segment.Opening);
        Known(json, "opening_at_ms"u8, segment.OpeningAtMs);
        Known(json, "closing"u8, segment.Closing);
        Known(json, "closing_at_ms"u8, segment.ClosingAtMs);
        json.WriteNumber("multiplier_e4"u8, segment.MultiplierE4);
        json.WriteNumber("consumption"u8, segment.Consumption);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SettledReckoning reckoning)
    {
        json.WriteStartObject();
        json.WriteString("policy"u8, reckoning.Policy);
        json.WriteNumber("version"u8, reckoning.Version);
        json.WriteString("rate"u8, reckoning.Rate);
        json.WriteStartArray("tiers"u8);
        for (var i = 0; i < reckoning.Tiers.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("quantity"u8, reckoning.Tiers[i].Quantity);
            Yuan(json, "rate"u8, reckoning.Tiers[i].Rate);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Yuan(json, "raw"u8, reckoning.Raw);
        if (reckoning.Cap is { } cap) Yuan(json, "cap"u8, cap);
        json.WriteBoolean("cap_reached"u8, reckoning.CapReached);
        json.WriteNumber("counted"u8, reckoning.Counted);
        Known(json, "quota"u8, reckoning.Quota);
        Yuan(json, "low"u8, reckoning.Low);
        Yuan(json, "high"u8, reckoning.High);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Payee payee)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, payee.Name);
        json.WriteString("id_number"u8, payee.IdNumber);
        json.WriteString("bank"u8, payee.Bank);
        json.WriteString("account_name"u8, payee.AccountName);
        json.WriteString("bank_account"u8, payee.BankAccount);
        json.WriteString("phone"u8, payee.Phone);
        json.WriteEndObject();
    }

    private static void Yuan(Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal value) => json.WriteNumber(name, PlainDecimal.Plain(value));

    private static void Known(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } known) json.WriteNumber(name, known);
    }
}
