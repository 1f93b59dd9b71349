using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Makes the rules of one policy out of its <c>rules</c>.</summary>
internal static class RuleReader
{
    public static readonly IReadOnlyDictionary<string, HeatingRoute> Routes = new Dictionary<string, HeatingRoute>
    {
        ["coal-to-electricity"] = HeatingRoute.CoalToElectricity,
        ["coal-to-gas"] = HeatingRoute.CoalToGas,
        ["coal-to-biomass"] = HeatingRoute.CoalToBiomass,
        ["coal-to-methanol"] = HeatingRoute.CoalToMethanol,
        ["central-heating"] = HeatingRoute.CentralHeating,
    };

    /// <summary>Levels of finance 省级、市级、县级财政; the name is what is stored.</summary>
    public static readonly IReadOnlyDictionary<string, bool> Levels =
        new[] { "province", "city", "county", "district", "township" }.ToDictionary(level => level, _ => true);

    /// <summary>0.0001 kWh or m³ per household or enterprise and season.</summary>
    private const decimal MaxQuantity = 100_000_000;

    private const int QuantityDecimals = 4;

    private static readonly Dictionary<string, Energy> Energies = new() { ["electricity"] = Energy.Electricity, ["gas"] = Energy.Gas };

    private static readonly Dictionary<string, Conversion> Conversions = new() { ["programme"] = Conversion.Programme, ["self"] = Conversion.Self };

    private static readonly Dictionary<string, bool> Counts = new() { ["season-end"] = false, ["daily-average"] = true };

    /// <summary>What is bought instead of metered: tonnes of methanol, cans of liquefied gas.</summary>
    private static readonly Dictionary<string, bool> Units = new() { ["t"] = true, ["can"] = true };

    private static readonly Dictionary<string, HeatingSeparation> Separations = new()
    {
        ["none"] = HeatingSeparation.None,
        ["dedicated-meter"] = HeatingSeparation.DedicatedMeter,
        ["tou-window"] = HeatingSeparation.TouWindow,
        ["base-month"] = HeatingSeparation.BaseMonth,
        ["floor"] = HeatingSeparation.Floor,
    };

    private static readonly Dictionary<string, Register> Registers = new()
    {
        ["T1"] = Register.T1,
        ["T2"] = Register.T2,
        ["T3"] = Register.T3,
        ["T4"] = Register.T4,
    };

    private static readonly Dictionary<string, bool> AllOrAbove = new() { ["all"] = true, ["above"] = false };

    private static readonly Dictionary<string, PaymentMode> Modes = new()
    {
        ["reimburse"] = PaymentMode.Reimburse,
        ["prepaid-credit"] = PaymentMode.PrepaidCredit,
        ["net-bill"] = PaymentMode.NetBill,
    };

    private static readonly Dictionary<string, UnusedCredit> Unused = new()
    {
        ["return"] = UnusedCredit.Return,
        ["carry-over"] = UnusedCredit.CarryOver,
        ["expire-monthly"] = UnusedCredit.ExpireMonthly,
    };

    /// <param name="document">Of the policy: a rule names its own only where it differs.</param>
    /// <param name="from">First autumn that the policy covers, with <paramref name="to"/>: rates cannot change outside.</param>
    public static List<RouteRule> Read(Section policy, string? document, int? from, int? to)
    {
        var rules = new List<RouteRule>();
        if (policy.Node("rules", true) is YamlSequenceNode { Children.Count: 0 }) policy.Report("rules", "'rules' is empty", "A policy has at least one.");
        foreach (var item in policy.Children("rules", false, "route", "energy", "unit", "rate", "tiers", "rate-changes", "fixed-sum", "season-cap", "season-quantity",
            "month-quantity", "quota", "separation", "whole-units", "claimants", "shares", "payment", "document", "clause", "quote"))
        {
            if (Rule(item, document, from, to) is not { } rule) continue;
            if (rules.Any(r => r.Route == rule.Route && r.Claimants.Overlap(rule.Claimants)))
                item.Report("route", $"A second rule for route '{item.Text("route", false)}'", "Write one rule for each route, or tell their households apart with 'claimants'.");
            rules.Add(rule);
        }
        return rules;
    }

    private static RouteRule? Rule(Section item, string? document, int? from, int? to)
    {
        var route = item.Word("route", true, Routes);
        var (energy, unit) = Metered(item, route);
        var prices = PriceReader.Read(item, from, to);
        var fixedSum = item.Number("fixed-sum", false, 2, Section.MaxAmount);
        if (prices.Count == 0 && fixedSum is null && item.Node("tiers", false) is null && item.Node("rate", false) is null)
            item.Report("rate", "The rule pays nothing", "Write one of 'rate', 'tiers' and 'fixed-sum'.");
        var caps = new Caps(item.Number("season-cap", false, 2, Section.MaxAmount), Amount(item, "season-quantity", false), Amount(item, "month-quantity", false));
        var separation = Separation(item, energy);
        var whole = item.Word("whole-units", false, Section.YesNo) ?? false;
        var quota = Quota(item, route);
        var claimants = Claimants(item);
        var shares = ShareReader.Read(item);
        var payment = Payment(item);
        var basis = PolicyReader.Basis(item, item.Text("document", false) ?? document);
        return route is { } known && separation is not null && basis is not null
            ? new RouteRule(known, energy, unit, prices, fixedSum, caps, separation, whole, quota, claimants, shares, payment, basis) : null;
    }

    private static (Energy? Energy, string Unit) Metered(Section item, HeatingRoute? route)
    {
        var named = item.Word("energy", false, Energies);
        var usual = route is { } known ? Statements.EnergyOf(known) : null;
        if (named is not null && usual is not null && named != usual)
            item.Report("energy", $"Route '{item.Text("route", false)}' does not use {item.Text("energy", false)}", "Leave 'energy' out: it follows from the route.");
        if (route == HeatingRoute.CentralHeating && named is null)
            item.Report(item.Node("energy", false) is null ? "route" : "energy", "A rule for central-heating must name its energy", "Add energy: electricity, or energy: gas.");
        if (route is HeatingRoute.CoalToBiomass or HeatingRoute.CoalToMethanol)
        {
            if (named is not null) item.Report("energy", $"Route '{item.Text("route", false)}' has no meter", "Leave 'energy' out, and write fixed-sum, or rate with unit: t.");
            var priced = item.Node("rate", false) is not null || item.Node("tiers", false) is not null;
            return (null, item.Word("unit", priced, Units) is null ? "" : item.Text("unit", false)!);
        }
        if (item.Node("unit", false) is not null) item.Report("unit", "The unit follows from the meter", "Leave 'unit' out: kWh or m³.");
        return (named ?? usual, RouteRule.UnitOf(named ?? usual ?? Energy.Electricity));
    }

    /// <summary>A quantity in 0.0001.</summary>
    internal static long? Amount(Section item, string key, bool required) =>
        item.Number(key, required, QuantityDecimals, MaxQuantity) is { } number ? Quantity.FromDecimal(number) : null;

    /// <summary>A word, or a mapping with the kind and what it needs.</summary>
    private static Separation? Separation(Section rule, Energy? energy)
    {
        if (rule.Node("separation", energy is not null) is not { } node) return energy is null ? Domain.Policies.Separation.Of(HeatingSeparation.None) : null;
        if (node is YamlScalarNode)
        {
            if (rule.Word("separation", true, Separations) is not { } plain) return null;
            if (plain is HeatingSeparation.None or HeatingSeparation.DedicatedMeter) return Domain.Policies.Separation.Of(plain);
            rule.Report("separation", $"'{rule.Text("separation", false)}' needs more than its name", plain switch
            {
                HeatingSeparation.TouWindow => "Write {kind: tou-window, registers: [T4]}.",
                HeatingSeparation.BaseMonth => "Write {kind: base-month, month: 10}.",
                _ => "Write {kind: floor, quantity: 40, counts: above}, or counts: all.",
            });
            return null;
        }
        var section = rule.Child("separation", true, "kind", "registers", "month", "quantity", "counts")!;
        var kind = section.Word("kind", true, Separations);
        OnlyFor(section, "registers", kind == HeatingSeparation.TouWindow);
        OnlyFor(section, "month", kind == HeatingSeparation.BaseMonth);
        OnlyFor(section, "quantity", kind == HeatingSeparation.Floor);
        OnlyFor(section, "counts", kind == HeatingSeparation.Floor);
        return kind switch
        {
            HeatingSeparation.TouWindow => Window(section, energy),
            HeatingSeparation.BaseMonth => Month(section),
            HeatingSeparation.Floor => Amount(section, "quantity", true) is { } floor && section.Word("counts", true, AllOrAbove) is { } all
                ? new Separation(HeatingSeparation.Floor, [], 0, floor, all) : null,
            { } plain => Domain.Policies.Separation.Of(plain),
            null => null,
        };
    }

    private static void OnlyFor(Section separation, string key, bool fits)
    {
        if (!fits && separation.Node(key, false) is not null) separation.Report(key, $"'{key}' means nothing with this kind of separation", "Remove it.");
    }

    private static Separation? Window(Section section, Energy? energy)
    {
        var window = PolicyReader.Words(section, "registers", true, Registers);
        if (energy == Energy.Gas) section.Report("registers", "Gas meters have no tariff registers", "Use another separation.");
        if (window.Count == 0 && section.Node("registers", false) is YamlSequenceNode { Children.Count: 0 })
            section.Report("registers", "'registers' is empty", "Name those that count: T1 to T4 are sharp, peak, flat and valley 尖峰平谷.");
        return window.Count == 0 ? null : new Separation(HeatingSeparation.TouWindow, window, 0, 0, false);
    }

    private static Separation? Month(Section section)
    {
        if (section.Number("month", true, 0, 12) is not { } month) return null;
        if (month >= 1) return new Separation(HeatingSeparation.BaseMonth, [], (int)month, 0, false);
        section.Report("month", "'month' is 0", "Write 1 to 12.");
        return null;
    }

    private static Quota? Quota(Section rule, HeatingRoute? route)
    {
        if (rule.Child("quota", false, "per-household", "households") is not { } quota) return null;
        if (route is not null and not HeatingRoute.CentralHeating)
            rule.Report("quota", "Only village heating enterprises have a quota", "Write season-quantity for a household's cap in quantity.");
        var each = Amount(quota, "per-household", true);
        var average = quota.Word("households", false, Counts) ?? false;
        return each is { } perHousehold ? new Quota(perHousehold, average) : null;
    }

    private static Claimants Claimants(Section rule)
    {
        if (rule.Child("claimants", false, "conversion", "accepted-from", "accepted-to") is not { } who) return Domain.Policies.Claimants.All;
        var claimants = new Claimants(who.Word("conversion", false, Conversions), PolicyReader.Day(who, "accepted-from", false), PolicyReader.Day(who, "accepted-to", false));
        if (claimants.AcceptedTo < claimants.AcceptedFrom) who.Report("accepted-to", "The last day of acceptance is before the first", "Swap them.");
        return claimants;
    }

    private static Payment Payment(Section rule)
    {
        if (rule.Child("payment", false, "mode", "credit", "unused") is not { } payment) return Domain.Policies.Payment.Default;
        var mode = payment.Word("mode", true, Modes) ?? PaymentMode.Reimburse;
        var credit = payment.Number("credit", mode == PaymentMode.PrepaidCredit, 2, Section.MaxAmount);
        var unused = payment.Word("unused", mode == PaymentMode.PrepaidCredit, Unused) ?? UnusedCredit.Return;
        if (mode == PaymentMode.PrepaidCredit) return new Payment(mode, credit, unused);
        foreach (var key in (string[])["credit", "unused"])
            if (payment.Node(key, false) is not null) payment.Report(key, $"'{key}' means nothing without a prepaid credit", "Remove it, or write mode: prepaid-credit.");
        return new Payment(mode, null, UnusedCredit.Return);
    }
}
