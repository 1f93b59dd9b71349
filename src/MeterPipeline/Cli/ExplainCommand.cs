using System.CommandLine;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary><c>explain</c>: why a household's amount is what it is.</summary>
public static class ExplainCommand
{
    private static readonly Argument<string> Household = new("HOUSEHOLD") { Description = "Household id, or an account number of it." };

    private static readonly Option<string> Format = new("--format") { Description = "text, or json: the answer of /api/v1/households.", DefaultValueFactory = _ => "text" };

    public static Command Create()
    {
        var explain = new Command("explain", "Why this amount: registers at the edges, days, policy and clause, caps, rounding, quality, holds, and who edited what.") { Household, ExportCommand.Season, Format };
        Format.AcceptOnlyFromAmong("text", "json");
        explain.SetAction(Run);
        return explain;
    }

    private static int Run(ParseResult parsed)
    {
        var autumn = ExportCommand.AutumnOf(parsed.GetValue(ExportCommand.Season)!);
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        using var reading = LedgerReading.Open(ledger, policies);
        var id = parsed.GetValue(Household)!;
        var household = Find(reading, id) ?? throw new CommandException($"No household '{id}' in the registry, nor one with that account number.", ExitCode.Difference);
        var statement = reading.Statements.Of(household, autumn);
        var edits = RegistryHistory.Of(reading.View, reading.Books.Registry, household.Id);
        if (parsed.GetValue(Format) == "json") Console.WriteLine(ExplanationJson.Of(household, statement, autumn, edits));
        else if (statement is null) Console.WriteLine($"{id}: route {AccrualCsv.RouteName(household.Route)} has no operating subsidy in this season.");
        else new ExplanationText(Console.Out, statement, reading.PendingReadings).Write(edits);
        return ExitCode.Done;
    }

    /// <summary>By id, or by an account number 户号: the newest household that had it.</summary>
    private static Household? Find(LedgerReading reading, string id)
    {
        var households = reading.Books.Registry.Households;
        if (households.TryGetValue(id, out var household)) return household;
        return reading.View.AccountAliases(id) is [.., var alias] ? households.GetValueOrDefault(alias.HouseholdId) : null;
    }
}
