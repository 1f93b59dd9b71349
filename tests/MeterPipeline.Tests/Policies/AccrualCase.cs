using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Policies;

/// <summary>
/// Runs one case file: <c>season NAME</c>, <c>household division=.. route=.. [hardship=..] [accepted=DAY|never] [excluded=KIND [from=DAY]
/// [to=DAY]]</c>, <c>use QUANTITY [low Q] [high Q] -> NAME VALUE, …</c> (all on the first day) and <c>days N x QUANTITY, … -> …</c>.
/// </summary>
internal sealed class AccrualCase(PolicyBook policies)
{
    private int autumn;
    private Household household = new("H", "", "", HeatingRoute.CoalToElectricity, Conversion.Programme, null, Hardship.None, "", []);

    /// <summary>What differs from the expectation, a sentence each.</summary>
    public IEnumerable<string> Run(string line)
    {
        var (words, expected) = line.Split("->") is [var left, var right] ? (left.Trim(), right) : (line.Trim(), "");
        var (verb, rest) = words.Split(' ', 2) is [var first, var others] ? (first, others.Trim()) : (words, "");
        switch (verb)
        {
            case "season" when HeatingSeason.TryParseName(rest, out autumn): return [];
            case "household": household = Household(rest); return [];
            case "use": return Compare(Use(rest), expected);
            case "days": return Compare(Days(rest), expected);
            default: return [$"'{verb}' is not understood"];
        }
    }

    private Outcome Use(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var quantity = Quantity.FromDecimal(Number(words[0]));
        long Bound(string name, long otherwise) =>
            Array.IndexOf(words, name) is > 0 and var at ? Quantity.FromDecimal(Number(words[at + 1])) : otherwise;
        return Of([quantity], Bound("low", quantity), Bound("high", quantity));
    }

    private Outcome Days(string text)
    {
        var days = new List<long>();
        foreach (var run in text.Split(','))
        {
            var parts = run.Split('x');
            days.AddRange(Enumerable.Repeat(Quantity.FromDecimal(Number(parts[1])), int.Parse(parts[0], CultureInfo.InvariantCulture)));
        }
        return Of(days, null, null);
    }

    private Outcome Of(List<long> used, long? low, long? high)
    {
        var policy = policies.Select(household.Division, autumn) ?? throw new InvalidOperationException($"no policy for {household.Division} in {autumn}");
        var season = policy.Season(autumn);
        if (used.Count > season.Days) throw new InvalidOperationException($"{used.Count} days in a season of {season.Days}");
        var days = new long[season.Days];
        var eligibleDays = 0;
        for (var i = 0; i < days.Length; i++)
        {
            if (!policy.IsEligible(household, season, new LocalDay(season.First.Number + i))) continue;
            eligibleDays++;
            days[i] = i < used.Count ? used[i] : 0;
        }
        var rule = policy.RuleFor(household.Route) ?? throw new InvalidOperationException($"no rule for {household.Route}");
        var some = eligibleDays > 0;
        var accrual = Accrual.Of(policy, rule, household, days, some ? low ?? days.Sum() : 0, some ? high ?? days.Sum() : 0, some);
        var perDay = new decimal[days.Length];
        Accrual.PerDay(rule, days, perDay);
        return new Outcome(policy, season, accrual, perDay, eligibleDays);
    }

    private static IEnumerable<string> Compare(Outcome outcome, string expected)
    {
        foreach (var item in expected.Split(',', StringSplitOptions.TrimEntries))
        {
            var words = item.Split(' ');
            var found = outcome.Value(words);
            if (found != words[^1]) yield return $"{string.Join(' ', words[..^1])} is {found}, expected {words[^1]}";
        }
    }

    private static Household Household(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).ToDictionary(f => f[0], f => f[1]);
        var accepted = fields.GetValueOrDefault("accepted", "2020-10-01");
        List<Exclusion> exclusions = fields.TryGetValue("excluded", out var kind)
            ? [new Exclusion(Day(fields.GetValueOrDefault("from", "2020-10-01")), fields.TryGetValue("to", out var to) ? Day(to) : null, Word<ExclusionKind>(kind))]
            : [];
        return new Household("H", "", fields["division"], Word<HeatingRoute>(fields["route"]), Conversion.Programme, accepted == "never" ? null : Day(accepted),
            Word<Hardship>(fields.GetValueOrDefault("hardship", "none")), "", exclusions);
    }

    private static T Word<T>(string word) where T : struct => Enum.Parse<T>(word.Replace("-", ""), ignoreCase: true);

    private static LocalDay Day(string text) => LocalDay.TryParse(text, out var day) ? day : throw new FormatException($"'{text}' is no day");

    private static decimal Number(string text) => decimal.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private sealed record Outcome(SubsidyPolicy Policy, HeatingSeason Season, Accrual Accrual, decimal[] PerDay, int EligibleDays)
    {
        public string Value(string[] words) => words[0] switch
        {
            "policy" => Policy.Id,
            "quantity" => Quantity.ToDecimal(Accrual.Quantity).ToString("0.####", CultureInfo.InvariantCulture),
            "gross" => Fen(Accrual.Gross),
            "operating" => Fen(Accrual.Operating),
            "hardship" => Fen(Accrual.Hardship),
            "total" => Fen(Accrual.Total),
            "low" => Fen(Accrual.LowTotal),
            "high" => Fen(Accrual.HighTotal),
            "capped" => Accrual.CapReached ? "yes" : "no",
            "cap-day" => Accrual.CapDay is { } day ? new LocalDay(Season.First.Number + day).ToString() : "none",
            "day" => PerDay[Day(words[1]).Number - Season.First.Number].ToString("0.00######", CultureInfo.InvariantCulture),
            "eligible-days" => EligibleDays.ToString(CultureInfo.InvariantCulture),
            _ => $"an unknown name '{words[0]}'",
        };

        /// <summary>All decimals there are: a missing rounding shows.</summary>
        private static string Fen(decimal yuan) => yuan.ToString("0.00######", CultureInfo.InvariantCulture);
    }
}
