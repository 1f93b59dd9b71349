using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.Tests.Settlements;

/// <summary>Lines and drafts for tests that look at what becomes of them, not at how they were reckoned.</summary>
internal static class AnyLine
{
    public const int Autumn = 2025;
    public static readonly long NowMs = LocalDay.On(2026, 4, 1).StartMs;

    public static PolicyBook Policies => KnownPolicies.Shipped;

    /// <summary>A line with half borne by the province and half by the county; a held one is due nothing.</summary>
    public static SettlementLine Of(string household, decimal operating, SettledAmount? before = null, decimal advanced = 0, string? hold = null, string village = "140802101201") => new(
        new SettledHousehold(household, "张\"三\\", village, "样例镇", "", HeatingRoute.CoalToElectricity, Conversion.Self, Hardship.Dibao, LocalDay.On(2025, 10, 20), "备注,\u00e9"),
        "1400000000001",
        new SettledUse(Energy.Electricity, "kWh", 0, 1_234_5678, 1_234_5678, 1_234_5678, 0, "A", 121, 121, 0, 0,
            [new SettledSegment("M" + household, Register.T4, 0, NowMs, null, null, 10_000, 1_234_5678)]),
        new SettledReckoning("yuncheng-2025", 1, "0.1", [new SettledTier(1_234_5678, 0.1m)], 123.45678m, 1040.00m, false, 1_234_5678, null, 120.5m, 130),
        Amount(operating), before ?? SettledAmount.Nothing, hold is null ? [] : [hold], advanced, null);

    /// <summary>Freezes a run of lines that are drawn already.</summary>
    public static SettlementRun Draft(this ISettlements settlements, RunDraft draft, PolicyBook policies, SettlementMoment seen, IEnumerable<SettlementLine> lines) =>
        settlements.Draft(draft, policies, seen, lines.Chunk(1000).Select(page => (LinePage)(() => page)));

    public static SettledAmount Amount(decimal operating)
    {
        var province = Money.RoundToFen(operating / 2);
        return new SettledAmount(operating, 0, [new BorneShare("province", province), new BorneShare("county", operating - province)]);
    }

    public static RunDraft Draft(string division = "1408", bool provisional = false) => new(Autumn, division, "li", NowMs, 7, 3, provisional);
}
