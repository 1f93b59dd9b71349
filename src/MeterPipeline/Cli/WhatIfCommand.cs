using System.CommandLine;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Policies;

namespace MeterPipeline.Cli;

/// <summary><c>policies what-if</c>: what another version, or another folder of policies, would pay for the same readings.</summary>
public static class WhatIfCommand
{
    private static readonly Argument<string?> Id = new("ID") { Description = "Policy whose versions are compared.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<int?> Old = new("OLD") { Description = "Its version now.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<int?> New = new("NEW") { Description = "The version to try.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Other = new("--other") { Description = "Instead of a version: a whole folder of policies to try.", HelpName = "DIR" };
    private static readonly Option<string> Division = new("--division") { Description = "Division code or its beginning (default: everything).", DefaultValueFactory = _ => "", HelpName = "CODE" };
    private static readonly Option<int> Count = new("--count") { Description = "Households shown, greatest change first.", DefaultValueFactory = _ => 20 };

    public static Command Create()
    {
        var command = new Command("what-if", "Compare two versions of a policy, or two folders, over the readings of a season.") { Id, Old, New, Other, ExportCommand.Season, Division, Count };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var autumn = ExportCommand.AutumnOf(parsed.GetValue(ExportCommand.Season)!);
        var (now, then) = Books(parsed);
        using var ledger = Opened.Ledger(parsed);
        using var reading = LedgerReading.Open(ledger, now);
        var other = new Statements(reading.Books, then);
        var comparison = new Comparison();
        using (var progress = new Progress("Compare", "households"))
        {
            foreach (var household in reading.Books.Registry.Households.Values)
            {
                if (!household.Division.StartsWith(parsed.GetValue(Division)!, StringComparison.Ordinal)) continue;
                comparison.Add(household.Id, reading.Statements.Of(household, autumn), other.Of(household, autumn));
                progress.Report(comparison.Households);
            }
        }
        comparison.Write(Console.Out, Math.Clamp(parsed.GetValue(Count), 0, 100_000));
        return comparison.Changed == 0 ? ExitCode.Done : ExitCode.Difference;
    }

    private static (PolicyBook Now, PolicyBook Then) Books(ParseResult parsed)
    {
        var all = Opened.Policies(parsed);
        if (parsed.GetValue(Other) is { } folder) return (all, PolicyFiles.Load(folder));
        if (parsed.GetValue(Id) is not { } id || parsed.GetValue(Old) is not { } old || parsed.GetValue(New) is not { } trial)
            throw new CommandException("Name a policy and two of its versions, such as: policies what-if yuncheng-2025 1 2; or another folder with --other DIR.");
        try
        {
            return (all.With(id, old), all.With(id, trial));
        }
        catch (ArgumentException error)
        {
            throw new CommandException($"{error.Message} There are: {string.Join(", ", all.Policies.Select(p => $"{p.Id} v{p.Version}"))}.");
        }
    }

    /// <summary>Two amounts of every household, and their sums.</summary>
    private sealed class Comparison
    {
        private readonly List<(string Household, decimal Now, decimal Then)> changes = [];
        private decimal now;
        private decimal then;

        public int Households { get; private set; }

        public int Changed => changes.Count;

        public void Add(string household, HouseholdStatement? before, HouseholdStatement? after)
        {
            if (before is null && after is null) return;
            var (a, b) = (before?.Accrual?.Total ?? 0, after?.Accrual?.Total ?? 0);
            Households++;
            now += a;
            then += b;
            if (a != b) changes.Add((household, a, b));
        }

        public void Write(TextWriter to, int most)
        {
            changes.Sort((a, b) =>
            {
                var order = Math.Abs(b.Then - b.Now).CompareTo(Math.Abs(a.Then - a.Now));
                return order != 0 ? order : string.CompareOrdinal(a.Household, b.Household);
            });
            foreach (var (household, a, b) in changes.Take(most)) to.WriteLine($"{household,-24} {a,14:N2} → {b,14:N2} yuan  {b - a,14:+#,0.00;-#,0.00}");
            if (changes.Count > most) to.WriteLine($"… and {changes.Count - most:N0} more");
            to.WriteLine($"{Households:N0} households: {now:N2} yuan → {then:N2} yuan, {then - now:+#,0.00;-#,0.00;0.00}. "
                + $"{changes.Count(c => c.Then > c.Now):N0} get more, {changes.Count(c => c.Then < c.Now):N0} less, {Households - changes.Count:N0} the same.");
        }
    }
}
