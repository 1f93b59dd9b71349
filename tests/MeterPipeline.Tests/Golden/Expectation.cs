using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Tests.Golden;

/// <summary>What a case says must come out, as words; the same words are made of what did come out, so that a difference reads itself.</summary>
internal sealed record Expectation(string Place, string Key, string Value)
{
    /// <summary><c>-&gt; 151.20 yuan operating 1040.00 cap reached</c>, any subset in any order.</summary>
    public static List<Expectation> OfSeason(CaseLine line)
    {
        var result = new List<Expectation>();
        line.Expect("->");
        while (line.More)
        {
            var key = line.Word("expectation");
            if (char.IsAsciiDigit(key[0]))
            {
                line.Expect("yuan");
                result.Add(new Expectation(line.Place, "total", key));
            }
            else result.Add(new Expectation(line.Place, key, line.Word(key)));
        }
        return result;
    }

    public void Check(HouseholdStatement? statement, string run)
    {
        var found = statement is null ? (Key == "statement" ? "none" : "no statement") : Of(statement);
        if (Same(Value, found)) return;
        Assert.Fail($"{Place}: {Key} {Value} expected, {found} found{run}");
    }

    /// <summary>Numbers are compared as numbers: 151.2 and 151.20 are the same.</summary>
    public static bool Same(string expected, string found) =>
        decimal.TryParse(expected, NumberStyles.Number, CultureInfo.InvariantCulture, out var a) && decimal.TryParse(found, NumberStyles.Number, CultureInfo.InvariantCulture, out var b)
            ? a == b : expected == found;

    private string Of(HouseholdStatement statement)
    {
        var (accrual, quantity) = (statement.Accrual, statement.Quantity);
        return Key switch
        {
            "operating" => Yuan(accrual?.Operating),
            "hardship" => Yuan(accrual?.Hardship),
            "total" => Yuan(accrual?.Total),
            "gross" => Yuan(accrual?.Gross),
            "low" => Yuan(accrual?.LowTotal),
            "high" => Yuan(accrual?.HighTotal),
            "cap" => accrual is null ? "none" : accrual.CapReached ? "reached" : "not-reached",
            "cap-day" => accrual?.CapDay is { } index ? new LocalDay(statement.Season.First.Number + index).ToString() : "none",
            "counted" => accrual is null ? "none" : Quantity.Format(accrual.Counted),
            "consumption" => Quantity.Format(quantity.Consumption),
            "eligible" => Quantity.Format(quantity.Eligible),
            "least" => Quantity.Format(quantity.Low),
            "most" => Quantity.Format(quantity.High),
            "opening" => quantity.Opening is { } opening ? Quantity.Format(opening) : "missing",
            "closing" => quantity.Closing is { } closing ? Quantity.Format(closing) : "missing",
            "start" => quantity.Start.ToString().ToLowerInvariant(),
            "end" => quantity.End.ToString().ToLowerInvariant(),
            "quality" => quantity.Grade.ToString(),
            "eligible-days" => $"{quantity.EligibleDays}",
            "covered-days" => $"{quantity.CoveredDays}",
            "gap" => $"{quantity.LongestGapDays}",
            "hold" => statement.Holds.Count == 0 ? "none" : string.Join('+', statement.Holds),
            "policy" => statement.Policy?.Id ?? "none",
            "statement" => "some",
            "marks" => MarksOf(quantity.Marks),
            ['s', 'h', 'a', 'r', 'e', '-', .. var level] => Yuan(accrual?.Shares.Where(s => s.Level == level).Select(s => (decimal?)s.Yuan).SingleOrDefault()),
            _ => throw new InvalidOperationException($"{Place}: '{Key}' is no expectation"),
        };
    }

    /// <summary>Only what is out of the ordinary.</summary>
    public static string MarksOf(DayMarks marks)
    {
        var odd = marks & ~(DayMarks.StartMeasured | DayMarks.StartInterpolated | DayMarks.Covered | DayMarks.Bounded);
        return odd == DayMarks.None ? "none" : odd.ToString().ToLowerInvariant().Replace(", ", "+");
    }

    private static string Yuan(decimal? amount) => amount is { } yuan ? Money.Format(yuan) : "none";
}
