using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary>One household and season as text for a terminal, from the registers to the yuan; <see cref="ExplainQuality"/> goes on.</summary>
/// <param name="pending">Readings that were recorded a moment ago and are included.</param>
public sealed class ExplanationText(TextWriter to, HouseholdStatement statement, long pending)
{
    /// <summary>Fewer days alike are told one by one.</summary>
    private const int FewDays = 3;

    private readonly Household household = statement.Household;
    private readonly SeasonQuantity quantity = statement.Quantity;
    private readonly string unit = statement.Unit;

    public void Write(IReadOnlyList<RegistryEdit> edits)
    {
        var season = statement.Season;
        to.WriteLine($"{household.Id}  village {household.Division}  {AccrualCsv.RouteName(household.Route)}  season {season.Name} ({season.First} to {season.Last})");
        to.WriteLine();
        if (statement.Energy is not null) WriteQuantity();
        Line("Claim", $"accepted {household.AcceptedOn?.ToString() ?? "not yet"}; {quantity.EligibleDays} of {season.Days} days{Exclusions()}");
        WriteMoney();
        if (statement.Energy is null) Line("Holds", statement.Holds.Count == 0 ? "none" : string.Join(", ", statement.Holds));
        WriteHistory(edits);
        if (pending > 0) Line("Includes", $"{Readings(pending)} recorded a moment ago");
    }

    private void Line(string name, string text) => to.WriteLine($"{name,-17} {text}".TrimEnd());

    private void WriteQuantity()
    {
        Line("Meters", statement.Installations.Count == 0 ? "none registered" : "");
        foreach (var installed in statement.Installations) WriteMeter(installed);
        Line("Edges", $"start {Lower(quantity.Start)}{Shown(quantity.Opening)}, end {Lower(quantity.End)}{Shown(quantity.Closing)}");
        Line("Consumption", $"{Quantity.Format(quantity.Consumption)} {unit} in the season");
        if (statement.Base is { } month)
            Line("Base month", $"{Quantity.Format(month.Consumption)} {unit} in {month.Season.Name[..7]}, registers {Lower(month.Start)} and {Lower(month.End)}");
    }

    private void WriteMoney()
    {
        if (statement is not { Policy: { } policy, Rule: { } rule, Accrual: { } accrual })
        {
            Line("Policy", statement.Policy is null
                ? $"none covers village {household.Division} in {statement.Season.Name}"
                : $"{statement.PolicyId} has no rule for this household's route, conversion and acceptance");
            return;
        }
        Line("Policy", $"{policy.Id} v{policy.Version}, {rule.Basis.Document} {rule.Basis.Clause}");
        if (rule.Basis.Quote is { } quote) Line("", $"“{quote}”");
        foreach (var step in AccrualTrace.Of(accrual, policy.Rounding)) WriteStep(step);
        Line("Bounds", $"the readings allow {Money.Format(accrual.LowTotal)} to {Money.Format(accrual.HighTotal)} yuan");
    }

    private void WriteStep(AccrualStep step)
    {
        var amount = step.Quantity is { } counted ? $"{Quantity.Format(counted)} {unit}" : "";
        var limit = step.Limit is { } most ? $"{Quantity.Format(most)} {unit}" : "";
        var (name, text) = step.Kind switch
        {
            AccrualStepKind.Eligible => ("Eligible", amount),
            AccrualStepKind.BaseMonth => ("Beyond base", $"{amount} after {limit} a month"),
            AccrualStepKind.WholeUnits => ("Whole units", amount),
            AccrualStepKind.Floor => ("Beyond floor", $"{amount}, the floor is {limit}"),
            AccrualStepKind.MonthCap => ("Month cap", $"{amount} of {step.Subject} count, at most {limit} a month"),
            AccrualStepKind.SeasonQuantity => ("Season quantity", $"{amount} count, at most {limit}"),
            AccrualStepKind.Quota => ("Quota", $"{amount} count, the quota is {limit}"),
            AccrualStepKind.Tier => ("Price", $"{amount} × {step.Rate:0.####} yuan = {step.Yuan:0.00######} yuan{(step.Subject.Length == 0 ? "" : $", rate from {step.Subject}")}"),
            AccrualStepKind.FixedSum => ("Fixed sum", $"{Money.Format(step.Yuan ?? 0)} yuan"),
            AccrualStepKind.Raw => ("Raw amount", $"{step.Yuan:0.00######} yuan"),
            AccrualStepKind.MoneyCap => ("Season cap", $"{Money.Format(step.Most ?? 0)} yuan, {(step.Subject.Length == 0 ? "not reached" : $"reached on {step.Subject}")}"),
            AccrualStepKind.Rounded => ("Operating", $"{Money.Format(step.Yuan ?? 0)} yuan, rounded {step.Subject}"),
            AccrualStepKind.TopUp => ("Top-up", $"{Money.Format(step.Yuan ?? 0)} yuan ({Lower(household.Hardship)}), paid by {step.Subject}, {step.Basis?.Clause}"),
            AccrualStepKind.Total => ("Total", $"{Money.Format(step.Yuan ?? 0)} yuan"),
            _ => ("Share", $"{Money.Format(step.Yuan ?? 0)} yuan of the operating subsidy borne by {step.Subject}"),
        };
        Line(name, text);
    }

    private void WriteMeter(InstalledDays installed)
    {
        var installation = installed.Life.Installation;
        var from = installation.InstalledAtMs is { } start ? $"installed {LocalTime.Format(start)}{Shown(installation.Opening)}" : "installed before records";
        var until = installation.RemovedAtMs is { } end ? $", removed {LocalTime.Format(end)}{Shown(installation.Closing)}" : "";
        var multiplier = installation.Multiplier == 1 ? "" : $", × {installation.Multiplier:0.####}";
        var register = installed.Register == Domain.Readings.Register.Total ? "" : $" {installed.Register}";
        to.WriteLine($"  {installed.Meter.Id}{register}  {from}{until}{multiplier}");
        var days = installed.Days.Where(day => day.Readings != 0 || day.Consumption != 0).ToList();
        for (var at = 0; at < days.Count;)
        {
            var day = days[at];
            var alike = 1;
            while (at + alike < days.Count && Continues(days[at + alike - 1], days[at + alike])) alike++;
            if (alike < FewDays) alike = 1;
            var last = days[at + alike - 1];
            var dates = alike == 1 ? $"{day.Day}" : $"{day.Day} to {last.Day}";
            var shown = day.StartKnown ? Quantity.Format(installed.Life.Shown(day.Register)) : "";
            var used = Quantity.Format(days.Skip(at).Take(alike).Sum(of => of.Consumption));
            var read = alike == 1 ? Readings(day.Readings) : $"{alike} days without a reading";
            to.WriteLine($"    {dates,-24}  register {shown,16}  used {used,12} {unit}  {read,-12}  {Marks(day.Marks)}".TrimEnd());
            at += alike;
        }
    }

    /// <summary>Whether a day goes on from the one before it, both without a reading: between two readings every day is the same sentence.</summary>
    private static bool Continues(DayTotal before, DayTotal day) =>
        before.Readings == 0 && day.Readings == 0 && Noted(day.Marks) == Noted(before.Marks) && day.Day == before.Day.Next;

    private static string Readings(long count) => count == 1 ? "1 reading" : $"{count} readings";

    private void WriteHistory(IReadOnlyList<RegistryEdit> edits)
    {
        var name = "Edited";
        foreach (var edit in edits)
        {
            var what = edit.Field.Length == 0 ? "registered" : $"{edit.Field} {edit.Before ?? "(none)"} → {edit.After ?? "(none)"}";
            Line(name, $"{LocalTime.Format(edit.AtMs)}  {edit.Actor}  {edit.Kind} {edit.Id}: {what}");
            name = "";
        }
    }

    private static string Marks(DayMarks marks)
    {
        var notes = Noted(marks);
        return notes == DayMarks.None ? "-" : notes.ToString().ToLowerInvariant().Replace("startinterpolated", "start interpolated", StringComparison.Ordinal);
    }

    private static DayMarks Noted(DayMarks marks) => marks & ~(DayMarks.Covered | DayMarks.Bounded | DayMarks.StartMeasured);

    private string Exclusions() => household.Exclusions.Count == 0 ? ""
        : "; excluded " + string.Join(", ", household.Exclusions.Select(e => $"{e.From} to {e.Until?.ToString() ?? "open"} ({Lower(e.Kind)})"));

    private static string Shown(long? register) => register is { } value ? $" at {Quantity.Format(value)}" : "";

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
