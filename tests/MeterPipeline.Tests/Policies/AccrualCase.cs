using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Policies;

/// <summary>
/// Runs one case file: <c>season NAME</c>, <c>household division=.. route=.. [hardship=..] [accepted=DAY|never] [excluded=KIND [from=DAY]
/// [to=DAY] [heated=HOUSEHOLDS] [base=QUANTITY]</c>, <c>use QUANTITY [low Q] [high Q] -> NAME VALUE, …</c> (all on the first day with a claim),
/// <c>days N x QUANTITY, … -> …</c>, <c>months 2025-12 QUANTITY, … -> …</c> (each on the first day of its month in the season), and
/// <c>bills YUAN, … -> credit …, household …, returned YUAN, carried-over YUAN</c> for a prepaid credit.
/// </summary>
internal sealed class AccrualCase(PolicyBook policies)
{
    private int autumn;
    private int heated;
    private long baseUse;
    private Household household = new("H", "", "", HeatingRoute.CoalToElectricity, Conversion.Programme, null, Hardship.None, "", []);

    /// <summary>What differs from the expectation, a sentence each.</summary>
    public IEnumerable<string> Run(string line)
    {
        var (words, expected) = line.Split("->") is [var left, var right] ? (left.Trim(), right) : (line.Trim(), "");
        var (verb, rest) = words.Split(' ', 2) is [var first, var others] ? (first, others.Trim()) : (words, "");
        switch (verb)
        {
            case "season" when HeatingSeason.TryParseName(rest, out autumn): return [];
            case "household":
                household = Household(rest);
                return [];
            case "use": return Compare(Use(rest), expected);
            case "days": return Compare(Days(rest), expected);
            case "months": return Compare(Months(rest), expected);
            case "bills": return Compare(Bills(rest), expected);
            default: return [$"'{verb}' is not understood"];
        }
    }

    private Func<string[], string> Use(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var quantity = Quantity.FromDecimal(Number(words[0]));
        long Bound(string name, long otherwise) =>
            Array.IndexOf(words, name) is > 0 and var at ? Quantity.FromDecimal(Number(words[at + 1])) : otherwise;
        return Of([quantity], Bound("low", quantity), Bound("high", quantity));
    }

    private Func<string[], string> Days(string text)
    {
        var days = new List<long>();
        foreach (var run in text.Split(','))
        {
            var parts = run.Split('x');
            days.AddRange(Enumerable.Repeat(Quantity.FromDecimal(Number(parts[1])), int.Parse(parts[0], CultureInfo.InvariantCulture)));
        }
        return Of(days, null, null);
    }

    private Func<string[], string> Months(string text)
    {
        var season = Policy.Season(autumn);
        var days = new List<long>(new long[season.Days]);
        foreach (var month in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var words = month.Split(' ');
            var first = Day(words[0] + "-01");
            days[Math.Max(first.Number, season.First.Number) - season.First.Number] = Quantity.FromDecimal(Number(words[1]));
        }
        return Of(days, null, null);
    }

    private Func<string[], string> Bills(string text)
    {
        var payment = Policy.RuleFor(household)!.Payment;
        var drawn = DrawnCredit.Of(payment.Credit!.Value, payment.Unused, [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)]);
        return words => words[0] switch
        {
            "credit" => string.Join(' ', drawn.Bills.Select(b => Fen(b.FromCredit))),
            "household" => string.Join(' ', drawn.Bills.Select(b => Fen(b.ByHousehold))),
            "returned" => Fen(drawn.Returned),
            "carried-over" => Fen(drawn.CarriedOver),
            _ => $"an unknown name '{words[0]}'",
        };
    }

    private SubsidyPolicy Policy => policies.Select(household.Division, autumn) ?? throw new InvalidOperationException($"no policy for {household.Division} in {autumn}");

    private Func<string[], string> Of(List<long> used, long? low, long? high)
    {
        var policy = Policy;
        var season = policy.Season(autumn);
        if (used.Count > season.Days) throw new InvalidOperationException($"{used.Count} days in a season of {season.Days}");
        var (days, claims) = (new long[season.Days], new bool[season.Days]);
        for (var i = 0; i < days.Length; i++)
        {
            claims[i] = policy.IsEligible(household, season, new LocalDay(season.First.Number + i));
            days[i] = claims[i] && i < used.Count ? used[i] : 0;
        }
        var rule = policy.RuleFor(household) ?? throw new InvalidOperationException($"no rule for {household.Route}");
        var some = claims.Contains(true);
        var claim = new Claim(household, season, days, claims, some ? low ?? days.Sum() : 0, some ? high ?? days.Sum() : 0, 0, new BaseUse(baseUse, baseUse, baseUse),
            rule.Quota?.Of(season, _ => heated));
        return new Outcome(policy, season, Accrual.Of(policy, rule, claim)).Value;
    }

    private static IEnumerable<string> Compare(Func<string[], string> outcome, string expected)
    {
        foreach (var item in expected.Split(',', StringSplitOptions.TrimEntries))
        {
            var words = item.Split(' ');
            var names = words[0] == "day" ? 2 : 1;
            var (found, value) = (outcome(words), string.Join(' ', words[names..]));
            if (found != value) yield return $"{string.Join(' ', words[..names])} is {found}, expected {value}";
        }
    }

    private Household Household(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).ToDictionary(f => f[0], f => f[1]);
        heated = int.Parse(fields.GetValueOrDefault("heated", "0"), CultureInfo.InvariantCulture);
        baseUse = Quantity.FromDecimal(Number(fields.GetValueOrDefault("base", "0")));
        var accepted = fields.GetValueOrDefault("accepted", "2010-10-01");
        List<Exclusion> exclusions = fields.TryGetValue("excluded", out var kind)
            ? [new Exclusion(Day(fields.GetValueOrDefault("from", "2010-10-01")), fields.TryGetValue("to", out var to) ? Day(to) : null, Word<ExclusionKind>(kind))]
            : [];
        return new Household("H", "", fields["division"], Word<HeatingRoute>(fields["route"]), Conversion.Programme, accepted == "never" ? null : Day(accepted),
            Word<Hardship>(fields.GetValueOrDefault("hardship", "none")), "", exclusions);
    }

    private static T Word<T>(string word) where T : struct => Enum.Parse<T>(word.Replace("-", ""), ignoreCase: true);

    private static LocalDay Day(string text) => LocalDay.TryParse(text, out var day) ? day : throw new FormatException($"'{text}' is no day");

    private static decimal Number(string text) => decimal.Parse(text.Trim(), CultureInfo.InvariantCulture);

    /// <summary>All decimals there are: a missing rounding shows.</summary>
    private static string Fen(decimal yuan) => yuan.ToString("0.00######", CultureInfo.InvariantCulture);

    private static string Amount(long quantity) => Quantity.ToDecimal(quantity).ToString("0.####", CultureInfo.InvariantCulture);

    private sealed record Outcome(SubsidyPolicy Policy, HeatingSeason Season, Accrual Accrual)
    {
        public string Value(string[] words) => words[0] switch
        {
            "policy" => Policy.Id,
            "version" => $"{Policy.Version}",
            "quantity" => Amount(Accrual.Quantity),
            "counted" => Amount(Accrual.Counted),
            "gross" => Fen(Accrual.Gross),
            "operating" => Fen(Accrual.Operating),
            "hardship" => Fen(Accrual.Hardship),
            "total" => Fen(Accrual.Total),
            "low" => Fen(Accrual.LowTotal),
            "high" => Fen(Accrual.HighTotal),
            "capped" => Accrual.CapReached ? "yes" : "no",
            "cap-day" => Accrual.CapDay is { } day ? new LocalDay(Season.First.Number + day).ToString() : "none",
            "day" => Fen(PerDay()[Day(words[1]).Number - Season.First.Number]),
            "eligible-days" => Accrual.Claim.Claimed.Count(claimed => claimed).ToString(CultureInfo.InvariantCulture),
            ['s', 'h', 'a', 'r', 'e', '-', .. var level] => Accrual.Shares.Where(s => s.Level == level).Select(s => Fen(s.Yuan)).SingleOrDefault("none"),
            _ => $"an unknown name '{words[0]}'",
        };

        private decimal[] PerDay()
        {
            var days = new decimal[Season.Days];
            Accrual.PerDay(days);
            return days;
        }
    }
}
