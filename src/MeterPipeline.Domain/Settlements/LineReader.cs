using System.Text.Json;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Settlements;

/// <summary>
/// Reads lines in <see cref="CanonicalForm"/> field by field. Fields are looked for in the order in which they are written, and found in any; what is not
/// known is passed over. A line repeats most words of the one before it, and shares them.
/// </summary>
internal static class LineReader
{
    private static readonly Fields LineFields = new("household", "account", "use", "reckoning", "accrued", "before", "holds", "advanced", "payee");
    private static readonly Fields HouseholdFields = new("id", "name", "division", "township", "village", "route", "conversion", "hardship", "accepted_on", "note");
    private static readonly Fields UseFields = new(
        "energy", "unit", "opening", "closing", "consumption", "eligible", "estimated", "grade", "eligible_days", "covered_days", "longest_gap_days", "heated_households", "segments");
    private static readonly Fields SegmentFields = new("meter", "register", "opening", "opening_at_ms", "closing", "closing_at_ms", "multiplier_e4", "consumption");
    private static readonly Fields ReckoningFields = new("policy", "version", "rate", "tiers", "raw", "cap", "cap_reached", "counted", "quota", "low", "high");
    private static readonly Fields TierFields = new("quantity", "rate");
    private static readonly Fields AmountFields = new("operating", "hardship", "shares");
    private static readonly Fields ShareFields = new("level", "yuan");
    private static readonly Fields PayeeFields = new("name", "id_number", "bank", "account_name", "bank_account", "phone");

    private delegate T Item<T>(ref Utf8JsonReader json, T? before);

    /// <param name="before">The line before it; null: none.</param>
    /// <exception cref="JsonException">Not what was written.</exception>
    public static SettlementLine Read(ReadOnlySpan<byte> text, SettlementLine? before)
    {
        var json = new Utf8JsonReader(text);
        try
        {
            json.Read();
            var line = Line(ref json, before);
            return !json.Read() ? line : throw new JsonException("more than a line");
        }
        catch (Exception damage) when (damage is FormatException or InvalidOperationException)
        {
            throw new JsonException($"not a line: {damage.Message}", damage);
        }
    }

    private static SettledAmount Amount(ref Utf8JsonReader json, SettledAmount? before)
    {
        var (operating, hardship) = (0m, 0m);
        IReadOnlyList<BorneShare> shares = [];
        for (var field = AmountFields.First(ref json); field >= 0; field = AmountFields.Next(ref json, field))
            if (field == 0) operating = json.GetDecimal();
            else if (field == 1) hardship = json.GetDecimal();
            else if (field == 2) shares = List(ref json, before?.Shares, Share);
            else json.Skip();
        return operating == 0 && hardship == 0 && shares.Count == 0 ? SettledAmount.Nothing : new SettledAmount(operating, hardship, shares);
    }

    private static SettlementLine Line(ref Utf8JsonReader json, SettlementLine? before)
    {
        var (household, account, use, reckoning) = (default(SettledHousehold)!, "", default(SettledUse)!, default(SettledReckoning)!);
        var (accrued, given, advanced, payee) = (SettledAmount.Nothing, SettledAmount.Nothing, 0m, default(Payee));
        IReadOnlyList<string> holds = [];
        for (var field = LineFields.First(ref json); field >= 0; field = LineFields.Next(ref json, field))
            switch (field)
            {
                case 0: household = Household(ref json, before?.Household); break;
                case 1: account = json.GetString()!; break;
                case 2: use = Use(ref json, before?.Use); break;
                case 3: reckoning = Reckoning(ref json, before?.Reckoning); break;
                case 4: accrued = Amount(ref json, before?.Accrued); break;
                case 5: given = Amount(ref json, before?.Before); break;
                case 6: holds = List(ref json, before?.Holds, Same); break;
                case 7: advanced = json.GetDecimal(); break;
                case 8: payee = Payee(ref json, before?.Payee); break;
                default: json.Skip(); break;
            }
        if (household is null || use is null || reckoning is null) throw new JsonException("a line without household, use or reckoning");
        return new SettlementLine(household, account, use, reckoning, accrued, given, holds, advanced, payee);
    }

    private static SettledHousehold Household(ref Utf8JsonReader json, SettledHousehold? before)
    {
        var (id, name, division, township, village, note) = ("", "", "", "", "", "");
        var (route, conversion, hardship, accepted) = (default(HeatingRoute), default(Conversion), default(Hardship), default(LocalDay?));
        for (var field = HouseholdFields.First(ref json); field >= 0; field = HouseholdFields.Next(ref json, field))
            switch (field)
            {
                case 0: id = json.GetString()!; break;
                case 1: name = json.GetString()!; break;
                case 2: division = Same(ref json, before?.Division); break;
                case 3: township = Same(ref json, before?.Township); break;
                case 4: village = Same(ref json, before?.Village); break;
                case 5: route = LineWords.Routes.Read(ref json); break;
                case 6: conversion = LineWords.Conversions.Read(ref json); break;
                case 7: hardship = LineWords.Hardships.Read(ref json); break;
                case 8: accepted = LocalDay.TryParse(json.GetString(), out var day) ? day : throw new JsonException("not a day"); break;
                case 9: note = Same(ref json, before?.Note); break;
                default: json.Skip(); break;
            }
        return new SettledHousehold(id, name, division, township, village, route, conversion, hardship, accepted, note);
    }

    private static SettledUse Use(ref Utf8JsonReader json, SettledUse? before)
    {
        var (energy, unit, grade, opening, closing) = (default(Energy?), "", "", default(long?), default(long?));
        var (consumption, eligible, estimated, eligibleDays, coveredDays, gap, heated) = (0L, 0L, 0L, 0, 0, 0, 0);
        IReadOnlyList<SettledSegment> segments = [];
        for (var field = UseFields.First(ref json); field >= 0; field = UseFields.Next(ref json, field))
            switch (field)
            {
                case 0: energy = LineWords.Energies.Read(ref json); break;
                case 1: unit = Same(ref json, before?.Unit); break;
                case 2: opening = json.GetInt64(); break;
                case 3: closing = json.GetInt64(); break;
                case 4: consumption = json.GetInt64(); break;
                case 5: eligible = json.GetInt64(); break;
                case 6: estimated = json.GetInt64(); break;
                case 7: grade = Same(ref json, before?.Grade); break;
                case 8: eligibleDays = json.GetInt32(); break;
                case 9: coveredDays = json.GetInt32(); break;
                case 10: gap = json.GetInt32(); break;
                case 11: heated = json.GetInt32(); break;
                case 12: segments = List<SettledSegment>(ref json, null, Segment); break;
                default: json.Skip(); break;
            }
        return new SettledUse(energy, unit, opening, closing, consumption, eligible, estimated, grade, eligibleDays, coveredDays, gap, heated, segments);
    }

    private static SettledSegment Segment(ref Utf8JsonReader json, SettledSegment? before)
    {
        var (meter, register, multiplier, consumption) = ("", default(Register), 0L, 0L);
        var (opening, openingAtMs, closing, closingAtMs) = (default(long?), default(long?), default(long?), default(long?));
        for (var field = SegmentFields.First(ref json); field >= 0; field = SegmentFields.Next(ref json, field))
            switch (field)
            {
                case 0: meter = json.GetString()!; break;
                case 1: register = LineWords.Registers.Read(ref json); break;
                case 2: opening = json.GetInt64(); break;
                case 3: openingAtMs = json.GetInt64(); break;
                case 4: closing = json.GetInt64(); break;
                case 5: closingAtMs = json.GetInt64(); break;
                case 6: multiplier = json.GetInt64(); break;
                case 7: consumption = json.GetInt64(); break;
                default: json.Skip(); break;
            }
        return new SettledSegment(meter, register, opening, openingAtMs, closing, closingAtMs, multiplier, consumption);
    }

    private static SettledReckoning Reckoning(ref Utf8JsonReader json, SettledReckoning? before)
    {
        var (policy, version, rate, raw, cap, reached) = ("", 0, "", 0m, default(decimal?), false);
        var (counted, quota, low, high) = (0L, default(long?), 0m, 0m);
        IReadOnlyList<SettledTier> tiers = [];
        for (var field = ReckoningFields.First(ref json); field >= 0; field = ReckoningFields.Next(ref json, field))
            switch (field)
            {
                case 0: policy = Same(ref json, before?.Policy); break;
                case 1: version = json.GetInt32(); break;
                case 2: rate = Same(ref json, before?.Rate); break;
                case 3: tiers = List<SettledTier>(ref json, null, Tier); break;
                case 4: raw = json.GetDecimal(); break;
                case 5: cap = json.GetDecimal(); break;
                case 6: reached = json.GetBoolean(); break;
                case 7: counted = json.GetInt64(); break;
                case 8: quota = json.GetInt64(); break;
                case 9: low = json.GetDecimal(); break;
                case 10: high = json.GetDecimal(); break;
                default: json.Skip(); break;
            }
        return new SettledReckoning(policy, version, rate, tiers, raw, cap, reached, counted, quota, low, high);
    }

    private static SettledTier Tier(ref Utf8JsonReader json, SettledTier before)
    {
        var (quantity, rate) = (0L, 0m);
        for (var field = TierFields.First(ref json); field >= 0; field = TierFields.Next(ref json, field))
            if (field == 0) quantity = json.GetInt64();
            else if (field == 1) rate = json.GetDecimal();
            else json.Skip();
        return new SettledTier(quantity, rate);
    }

    private static BorneShare Share(ref Utf8JsonReader json, BorneShare before)
    {
        var (level, yuan) = ("", 0m);
        for (var field = ShareFields.First(ref json); field >= 0; field = ShareFields.Next(ref json, field))
            if (field == 0) level = Same(ref json, before.Level);
            else if (field == 1) yuan = json.GetDecimal();
            else json.Skip();
        return new BorneShare(level, yuan);
    }

    private static Payee Payee(ref Utf8JsonReader json, Payee? before)
    {
        var (name, number, bank, accountName, account, phone) = ("", "", "", "", "", "");
        for (var field = PayeeFields.First(ref json); field >= 0; field = PayeeFields.Next(ref json, field))
            switch (field)
            {
                case 0: name = json.GetString()!; break;
                case 1: number = json.GetString()!; break;
                case 2: bank = Same(ref json, before?.Bank); break;
                case 3: accountName = Same(ref json, name); break;
                case 4: account = json.GetString()!; break;
                case 5: phone = json.GetString()!; break;
                default: json.Skip(); break;
            }
        return new Payee(name, number, bank, accountName, account, phone);
    }

    /// <param name="before">The list of the line before: its items stand for those at the same place.</param>
    private static T[] List<T>(ref Utf8JsonReader json, IReadOnlyList<T>? before, Item<T> read)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw new JsonException("not a list");
        if (json.Read() && json.TokenType == JsonTokenType.EndArray) return [];
        var items = new List<T>(before?.Count ?? 1);
        for (; json.TokenType != JsonTokenType.EndArray; json.Read())
            items.Add(read(ref json, items.Count < before?.Count ? before[items.Count] : default));
        return [.. items];
    }

    /// <summary>A text that often is what it was in the line before.</summary>
    private static string Same(ref Utf8JsonReader json, string? before) => before is not null && json.ValueTextEquals(before) ? before : json.GetString()!;

    /// <summary>The names of an object's fields.</summary>
    private sealed class Fields(params string[] names)
    {
        private readonly byte[][] names = Array.ConvertAll(names, System.Text.Encoding.UTF8.GetBytes);

        /// <summary>Goes to the value of the first field; what it is: see <see cref="Next"/>.</summary>
        public int First(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.StartObject ? Next(ref json, -1) : throw new JsonException("not an object");

        /// <summary>Goes to the value of the next field that has one.</summary>
        /// <returns>Its place among the names; their number: it is none of them; negative: the object has no more.</returns>
        public int Next(ref Utf8JsonReader json, int after)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var field = Find(ref json, after + 1);
                json.Read();
                if (json.TokenType != JsonTokenType.Null) return field;
                after = field;
            }
            return -1;
        }

        private int Find(ref Utf8JsonReader json, int expected)
        {
            for (var i = expected; i < names.Length; i++)
                if (json.ValueTextEquals(names[i])) return i;
            for (var i = 0; i < Math.Min(expected, names.Length); i++)
                if (json.ValueTextEquals(names[i])) return i;
            return names.Length;
        }
    }
}
