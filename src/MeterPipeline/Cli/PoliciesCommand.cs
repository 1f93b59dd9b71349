using System.CommandLine;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Policies;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary><c>policies check</c> and <c>policies show</c>.</summary>
public static class PoliciesCommand
{
    private static readonly Argument<string?> Id = new("ID") { Description = "One policy only.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Division = new("--division") { Description = "Which policy applies in this division.", HelpName = "CODE" };
    private static readonly Option<string?> Season = new("--season") { Description = "In which season, such as 2025-2026.", HelpName = "SEASON" };

    public static Command Create()
    {
        var check = new Command("check", "Read every policy file and name each problem with file, line and column.");
        check.SetAction(Check);
        var show = new Command("show", "Show the policies in force, or the one that applies to a division and season.") { Id, Division, Season };
        show.SetAction(Show);
        return new Command("policies", "Subsidy rules as dated data.") { check, show };
    }

    private static int Check(ParseResult parsed)
    {
        try
        {
            var book = Opened.Policies(parsed);
            Console.WriteLine($"{book.Policies.Count} policies, no problem: {string.Join(", ", book.Policies.Select(p => $"{p.Id} v{p.Version}"))}");
            return ExitCode.Done;
        }
        catch (PolicyException error)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.Difference;
        }
    }

    private static int Show(ParseResult parsed)
    {
        var book = Opened.Policies(parsed);
        if (parsed.GetValue(Division) is { } division) return ShowFor(book, division, parsed.GetValue(Season));
        var id = parsed.GetValue(Id);
        var shown = book.Policies.Where(p => id is null || p.Id == id).ToList();
        if (shown.Count == 0) throw new CommandException($"No policy '{id}'. There are: {string.Join(", ", book.Policies.Select(p => p.Id))}");
        foreach (var policy in shown) Print(policy, policy.FromAutumn);
        return ExitCode.Done;
    }

    private static int ShowFor(PolicyBook book, string division, string? season)
    {
        if (season is null) throw new CommandException("Add --season, such as --season 2025-2026: rules change with the season.");
        var autumn = ExportCommand.AutumnOf(season);
        if (book.Select(division, autumn) is not { } policy)
        {
            Console.WriteLine($"No policy covers division {division} in season {season}.");
            return ExitCode.Difference;
        }
        Console.WriteLine($"{division} in {season}: {policy.Id} v{policy.Version}, the most specific area that covers it ({string.Join(", ", policy.Areas)}).");
        Print(policy, autumn);
        return ExitCode.Done;
    }

    private static void Print(SubsidyPolicy policy, int autumn)
    {
        Console.WriteLine($"{policy.Id} v{policy.Version}  {policy.Title}");
        Console.WriteLine($"  basis      {policy.Basis.Document} {policy.Basis.Clause}");
        Console.WriteLine($"  areas      {string.Join(", ", policy.Areas)}; seasons from {policy.FromAutumn}-{policy.FromAutumn + 1}"
            + (policy.ToAutumn is { } last ? $" to {last}-{last + 1}" : ", open ended"));
        var season = policy.Season(autumn);
        Console.WriteLine($"  heating    {season.Name}: {season.First} to {season.Last} inclusive ({season.Days} days)");
        foreach (var rule in policy.Rules) PrintRule(rule);
        foreach (var topUp in policy.TopUps)
            Console.WriteLine($"  {string.Join(", ", topUp.Who).ToLowerInvariant(),-20} +{Money.Format(topUp.Amount)} yuan once per season, paid by {topUp.Payer}  [{topUp.Basis.Document} {topUp.Basis.Clause}]");
        Console.WriteLine($"  exclusions {(policy.Exclusions.Count == 0 ? "none named" : string.Join(", ", policy.Exclusions.Select(e => e.ToString()).Order()))}");
    }

    private static void PrintRule(RouteRule rule)
    {
        var limits = new List<string>();
        if (rule.FixedSum is { } fixedSum) limits.Add($"{Money.Format(fixedSum)} yuan fixed");
        if (rule.Caps.SeasonMoney is { } cap) limits.Add($"at most {Money.Format(cap)} yuan per household and season");
        if (rule.Caps.SeasonQuantity is { } season) limits.Add($"at most {Amount(season)} {rule.Unit} a season");
        if (rule.Caps.MonthQuantity is { } month) limits.Add($"at most {Amount(month)} {rule.Unit} a month");
        if (rule.Quota is { } quota) limits.Add($"quota {Amount(quota.PerHousehold)} {rule.Unit} for each heated household");
        if (rule.Separation.Kind != HeatingSeparation.None) limits.Add($"heating told apart by {Kebab(rule.Separation.Kind)}");
        if (rule.WholeUnits) limits.Add($"whole {rule.Unit} only");
        var rate = rule.Prices.Count == 0 ? "" : $"{rule.RateText} yuan/{rule.Unit}";
        Console.WriteLine($"  {AccrualCsv.RouteName(rule.Route),-20} {string.Join(", ", limits.Prepend(rate).Where(l => l.Length > 0))}  [{rule.Basis.Document} {rule.Basis.Clause}]");
        if (rule.Basis.Quote is { } quote) Console.WriteLine($"  {"",-20} “{quote}”");
        foreach (var share in rule.Shares.Standard)
            Console.WriteLine($"  {"",-20} {share.Level} bears {share.Parts} of {rule.Shares.Standard.Sum(s => s.Parts)} parts{(share.Most is { } most ? $", at most {Money.Format(most)} yuan" : "")}");
        if (rule.Payment.Mode != PaymentMode.Reimburse)
            Console.WriteLine($"  {"",-20} paid as {Kebab(rule.Payment.Mode)}{(rule.Payment.Credit is { } credit ? $", credit {Money.Format(credit)} yuan, unused: {Kebab(rule.Payment.Unused)}" : "")}");
    }

    private static string Kebab<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string Amount(long quantity) => $"{Domain.Quantity.ToDecimal(quantity):0.####}";
}
