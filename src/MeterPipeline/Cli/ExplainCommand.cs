using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Run;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary><c>explain</c>: why a household's amount is what it is.</summary>
public static class ExplainCommand
{
    private static readonly Argument<string> Household = new("HOUSEHOLD") { Description = "Household id, or an account number of it." };

    public static Command Create()
    {
        var explain = new Command("explain", "Why this amount: registers at the edges, days, policy and clause, cap, rounding, quality, holds.") { Household, ExportCommand.Season };
        explain.SetAction(Run);
        return explain;
    }

    private static int Run(ParseResult parsed)
    {
        var autumn = ExportCommand.AutumnOf(parsed.GetValue(ExportCommand.Season)!);
        var (policies, rules) = (Opened.Policies(parsed), ValidationSettings.Read());
        using var ledger = Opened.Ledger(parsed);
        using var reading = LedgerReading.Open(ledger, policies);
        var id = parsed.GetValue(Household)!;
        var household = Find(reading, id) ?? throw new CommandException($"No household '{id}' in the registry, nor one with that account number.", ExitCode.Difference);
        if (reading.Statements.Of(household, autumn) is not { } statement)
        {
            Console.WriteLine($"{id}: route {AccrualCsv.RouteName(household.Route)} has no metered operating subsidy.");
            return ExitCode.Done;
        }
        Write(Console.Out, statement, reading);
        ExplainQuality.Write(Console.Out, reading.Certificates(rules, Opened.Today).Of(statement));
        return ExitCode.Done;
    }

    /// <summary>By id, or by an account number 户号: the newest household that had it.</summary>
    internal static Household? Find(LedgerReading reading, string id)
    {
        var households = reading.Books.Registry.Households;
        if (households.TryGetValue(id, out var household)) return household;
        return reading.View.AccountAliases(id) is [.., var alias] ? households.GetValueOrDefault(alias.HouseholdId) : null;
    }

    private static void Write(TextWriter to, HouseholdStatement statement, LedgerReading reading)
    {
        var (household, quantity, season) = (statement.Household, statement.Quantity, statement.Season);
        var unit = statement.Energy == Energy.Electricity ? "kWh" : "m³";
        to.WriteLine($"{household.Id}  village {household.Division}  {AccrualCsv.RouteName(household.Route)}  season {season.Name} ({season.First} to {season.Last})");
        to.WriteLine();
        to.WriteLine($"Meters            {(statement.Installations.Count == 0 ? "none registered" : "")}");
        foreach (var installed in statement.Installations) WriteMeter(to, installed, unit);
        to.WriteLine($"Edges             start {Lower(quantity.Start)}{Shown(quantity.Opening)}, end {Lower(quantity.End)}{Shown(quantity.Closing)}");
        to.WriteLine($"Consumption       {Quantity.Format(quantity.Consumption)} {unit} in the season");
        to.WriteLine($"Claim             accepted {household.AcceptedOn?.ToString() ?? "not yet"}; {quantity.EligibleDays} of {season.Days} days{Exclusions(household)}");
        to.WriteLine($"Eligible          {Quantity.Format(quantity.Eligible)} {unit}");
        WriteMoney(to, statement, unit);
        to.WriteLine($"Quality           grade {quantity.Grade}: {quantity.CoveragePercent} % of days covered, longest gap {quantity.LongestGapDays} days, "
            + $"{Quantity.Format(quantity.Estimated)} {unit} estimated; notes: {Marks(quantity.Marks)}");
        to.WriteLine($"Hold              {(statement.Holds.Count == 0 ? "none" : string.Join(", ", statement.Holds))}");
        if (reading.PendingReadings > 0) to.WriteLine($"Includes          {reading.PendingReadings} readings recorded a moment ago");
    }

    private static void WriteMoney(TextWriter to, HouseholdStatement statement, string unit)
    {
        if (statement is not { Policy: { } policy, Rule: { } rule, Accrual: { } accrual })
        {
            to.WriteLine($"Policy            none covers village {statement.Household.Division} and this route in {statement.Season.Name}");
            return;
        }
        to.WriteLine($"Policy            {policy.Id} v{policy.Version}, {rule.Basis.Document} {rule.Basis.Clause}");
        to.WriteLine($"Raw amount        {Quantity.Format(accrual.Quantity)} {unit} × {rule.Rate:0.####} yuan = {accrual.Raw:0.########} yuan");
        if (rule.SeasonCap is { } cap)
        {
            var day = accrual.CapDay is { } index ? $"reached on {new LocalDay(statement.Season.First.Number + index)}" : "not reached";
            to.WriteLine($"Season cap        {Money.Format(cap)} yuan, {day}");
        }
        to.WriteLine($"Operating         {Money.Format(accrual.Operating)} yuan, rounded half up to the fen once");
        if (accrual.Hardship > 0) to.WriteLine($"Hardship          {Money.Format(accrual.Hardship)} yuan ({Lower(statement.Household.Hardship)})");
        to.WriteLine($"Total             {Money.Format(accrual.Total)} yuan; the readings allow {Money.Format(accrual.LowTotal)} to {Money.Format(accrual.HighTotal)}");
    }

    private static void WriteMeter(TextWriter to, InstalledDays installed, string unit)
    {
        var installation = installed.Life.Installation;
        var from = installation.InstalledAtMs is { } start ? $"installed {LocalTime.Format(start)}{Shown(installation.Opening)}" : "installed before records";
        var until = installation.RemovedAtMs is { } end ? $", removed {LocalTime.Format(end)}{Shown(installation.Closing)}" : "";
        var multiplier = installation.Multiplier == 1 ? "" : $", × {installation.Multiplier:0.####}";
        to.WriteLine($"  {installed.Meter.Id}  {from}{until}{multiplier}");
        foreach (var day in installed.Days)
        {
            if (day.Readings == 0 && day.Consumption == 0) continue;
            var register = day.StartKnown ? Quantity.Format(installed.Life.Shown(day.Register)) : "";
            to.WriteLine($"    {day.Day}  register {register,16}  used {Quantity.Format(day.Consumption),12} {unit}  {day.Readings,3} readings  {Marks(day.Marks)}".TrimEnd());
        }
    }

    private static string Marks(DayMarks marks)
    {
        var notes = marks & ~(DayMarks.Covered | DayMarks.Bounded | DayMarks.StartMeasured);
        return notes == DayMarks.None ? "-" : notes.ToString().ToLowerInvariant().Replace("startinterpolated", "start interpolated", StringComparison.Ordinal);
    }

    private static string Exclusions(Household household) => household.Exclusions.Count == 0 ? ""
        : "; excluded " + string.Join(", ", household.Exclusions.Select(e => $"{e.From} to {e.Until?.ToString() ?? "open"} ({Lower(e.Kind)})"));

    private static string Shown(long? register) => register is { } value ? $" at {Quantity.Format(value)}" : "";

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
