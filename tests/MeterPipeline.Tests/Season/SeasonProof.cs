using System.Globalization;
using MeterFleet;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Tests.Season;

/// <summary>
/// Compares the statements of a season with the oracle's truth. What equality can mean where messages were lost:
/// <list type="number">
/// <item>The truth lies within [low, high], for every household, hold or not. So wherever low equals high the amount is the truth.</item>
/// <item>Where every edge of every claim was read, low, amount and high all are the truth to the fen, whatever was lost, late, twice, wrong or
/// in conflict in between: registers telescope. An edge was read when the true register of that midnight was delivered and no other value
/// contests it, or where it is the written-down opening or closing of a meter. Households on hold apart: their registers broke.</item>
/// <item>Every other edge is an estimate or missing, and the grade says so: not A, where the season's own edge is concerned.</item>
/// <item>A register that broke inside the season means a hold. A hold means that a register broke, or that a clock fell back: then hours of
/// consumption seem to pass in minutes, and a person must look.</item>
/// </list>
/// The registers T1 to T4 of a meter add up to its total, but for the digits that each cuts off. Village plants are left out: their quota is another rule.
/// </summary>
internal sealed class SeasonProof
{
    private readonly SeasonDelivery delivery;
    private readonly SeasonOracle oracle;
    private readonly List<string> problems = [];
    private readonly List<Row> rows = [];
    private int tariffs;

    private SeasonProof(SeasonDelivery delivery) => (this.delivery, oracle) = (delivery, new SeasonOracle(delivery.Fleet));

    private readonly record struct Row(bool Held, bool EdgesRead, char Grade, decimal Truth, decimal Amount, decimal Low, decimal High);

    /// <summary>Fails with the first differences and the seed; else tells shares and widths.</summary>
    public static string Of(SeasonDelivery delivery, Statements statements)
    {
        var proof = new SeasonProof(delivery);
        var meters = delivery.Fleet.Meters.ToLookup(m => m.HouseholdId);
        foreach (var meter in delivery.Fleet.Meters.Where(m => m is { SendsTariffs: true, BrokenAtMs: null, ClockFallsBack: false })) proof.CheckTariffs(meter);
        foreach (var household in delivery.Fleet.Households)
        {
            if (meters[household.Id].Any(m => m.HeatedHouseholds > 0)) continue;
            proof.Check(household, [.. meters[household.Id]], statements.Of(delivery.Registry.Households[household.Id], 2025)!);
        }
        Assert.True(proof.problems.Count == 0, $"seed {delivery.Fleet.Options.Seed}, {proof.problems.Count} of {proof.rows.Count} households:\n{string.Join('\n', proof.problems.Take(12))}");
        return proof.Report();
    }

    private void Check(Household household, Meter[] meters, HouseholdStatement statement)
    {
        var accrual = statement.Accrual!;
        var truth = oracle.Yuan(household);
        var row = new Row(statement.Holds.Count > 0, EdgesRead(household, meters), statement.Quantity.Grade, truth, accrual.Total, accrual.LowTotal, accrual.HighTotal);
        rows.Add(row);
        if (truth < row.Low || truth > row.High) Problem(household, statement, row, "the truth lies outside the bounds");
        if (oracle.Quantity(household) * 10_000 is var units && (units < statement.Quantity.Low || units > statement.Quantity.High))
            Problem(household, statement, row, $"the true quantity {units} lies outside {statement.Quantity.Low}..{statement.Quantity.High}");
        var broke = Array.Exists(meters, m => m.BrokenAtMs >= statement.Season.StartMs && m.BrokenAtMs < statement.Season.EndMs);
        if (broke && !row.Held) Problem(household, statement, row, "a register broke and nobody holds it");
        if (row.Held && !broke && !Array.Exists(meters, m => m.ClockFallsBack)) Problem(household, statement, row, "a hold without a reason");
        if (row.Held) return;
        if (row.EdgesRead && (row.Low != truth || row.Amount != truth || row.High != truth)) Problem(household, statement, row, "every edge was read");
        if (row.Grade == 'A' && !SeasonEdgesRead(meters, statement.Season.StartMs, statement.Season.EndMs)) Problem(household, statement, row, "grade A without edges");
    }

    /// <summary>Between the first and the last midnight at which all five registers were read.</summary>
    private void CheckTariffs(Meter meter)
    {
        var no = delivery.Registry.Meters[meter.Id].No;
        var registers = Enum.GetValues<Register>().Select(r => delivery.Books.Days(no, r, LocalDay.On(2025, 11, 1), LocalDay.On(2026, 3, 31))).ToList();
        var read = registers.Select(days => days.Where(d => (d.Marks & DayMarks.StartMeasured) != 0).Select(d => d.Day)).Aggregate((a, b) => a.Intersect(b)).Order().ToList();
        if (read.Count < 2) return;
        var sums = registers.ConvertAll(days => days.Where(d => d.Day >= read[0] && d.Day < read[^1]).Sum(d => d.Consumption));
        var off = sums[0] - sums.Skip(1).Sum();
        if (Math.Abs(off) > 500 * meter.Multiplier) problems.Add($"meter {meter.Id}: T1 to T4 are {off} off the total from {read[0]} to {read[^1]}");
        tariffs++;
    }

    private bool EdgesRead(Household household, Meter[] meters) =>
        oracle.Claims(household).TrueForAll(claim => SeasonEdgesRead(meters, claim.FromMs, claim.UntilMs));

    private bool SeasonEdgesRead(Meter[] meters, long fromMs, long untilMs) =>
        Array.TrueForAll(meters, meter =>
        {
            var installed = meter.InstalledAt.ToUnixTimeMilliseconds();
            var removed = meter.RemovedAt?.ToUnixTimeMilliseconds() ?? long.MaxValue;
            if (installed >= untilMs || removed <= fromMs) return true;
            return (installed >= fromMs || delivery.Read(meter.Id, fromMs)) && (removed <= untilMs ? meter.Closing is not null : delivery.Read(meter.Id, untilMs));
        });

    private void Problem(Household household, HouseholdStatement statement, Row row, string what) => problems.Add(string.Create(CultureInfo.InvariantCulture,
        $"{household.Id} {household.Route}: {what}. True {row.Truth}, amount {row.Amount} in [{row.Low}, {row.High}], grade {row.Grade}, "
        + $"holds [{string.Join(' ', statement.Holds)}], marks {statement.Quantity.Marks}, edges {statement.Quantity.Start}/{statement.Quantity.End}, "
        + $"quantity {statement.Quantity.Low}..{statement.Quantity.Eligible}..{statement.Quantity.High}, meters {string.Join(' ', statement.Installations.Select(i => i.Meter.Id).Distinct())}"));

    private string Report()
    {
        var (held, free) = (rows.FindAll(r => r.Held), rows.FindAll(r => !r.Held));
        var lines = new List<string>
        {
            $"{rows.Count} households; {free.Count(r => r.EdgesRead)} with every edge of their claims read, all equal to the fen; "
                + $"{free.Count(r => r.Amount == r.Truth)} of {free.Count} without hold equal to the fen",
            $"on hold {held.Count} ({Share(held.Count)}); grades {string.Join(", ", rows.GroupBy(r => r.Grade).OrderBy(g => g.Key).Select(g => $"{g.Key} {Share(g.Count())}"))}",
            $"messages' readings: {string.Join(", ", delivery.Outcomes.OrderBy(o => o.Key).Select(o => $"{o.Value:N0} {o.Key}"))}, {delivery.Refused:N0} of a wrong unit; T1 to T4 of {tariffs} meters add up",
            Width("bounds without hold, edges not all read", free.FindAll(r => !r.EdgesRead)),
            Width("bounds on hold", held),
            string.Create(CultureInfo.InvariantCulture, $"all without hold: true {free.Sum(r => r.Truth)} yuan, amounts {free.Sum(r => r.Amount)}, low {free.Sum(r => r.Low)}, high {free.Sum(r => r.High)}"),
        };
        return string.Join('\n', lines);
    }

    private static string Width(string what, List<Row> rows)
    {
        if (rows.Count == 0) return $"{what}: none";
        var widths = rows.Select(r => r.High - r.Low).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {rows.Count} households, width in yuan median {widths[widths.Count / 2]}, 90 % {widths[widths.Count * 9 / 10]}, most {widths[^1]}");
    }

    private string Share(int count) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * count / rows.Count:0.0} %");
}
