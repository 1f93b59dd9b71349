using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Books;

namespace MeterPipeline.Tests.Ledger;

/// <summary>Random histories with rollovers, resets, jumps, exchanges and ratios conserve the register, and a ten-thousandth too much is seen.</summary>
public sealed class ConservationTests
{
    private const int Histories = 60;
    private const DayMarks Breaks = DayMarks.Reset | DayMarks.Jump;

    [Fact]
    public void Every_history_conserves_the_register_and_one_unit_more_does_not()
    {
        var (altered, rolled) = (0, 0);
        for (var seed = 1; seed <= Histories; seed++)
        {
            var history = new History(seed);
            var (lives, readings, days) = (new MeterLives(history.Meter), Decided(history), Days(history));
            Assert.True(Conservation.Difference(lives, Register.Total, days, readings) is null, $"seed {seed}: {Conservation.Difference(lives, Register.Total, days, readings)}");
            rolled += days.Exists(d => (d.Marks & DayMarks.Rollover) != 0) ? 1 : 0;
            var dice = new Random(seed);
            var at = Enumerable.Range(0, days.Count - 1).Where(i => Inner(days, i)).OrderBy(_ => dice.Next()).Take(3);
            foreach (var i in at)
            {
                altered++;
                var more = days.ToList();
                more[i] = more[i] with { Consumption = more[i].Consumption + 1 };
                Assert.StartsWith($"{days[i + 1].Day}: ", Conservation.Difference(lives, Register.Total, more, readings) ?? "", StringComparison.Ordinal);
                more[i] = days[i] with { Register = days[i].Register - 1 };
                Assert.StartsWith($"{days[i].Day}: ", Conservation.Difference(lives, Register.Total, more, readings) ?? "", StringComparison.Ordinal);
            }
        }
        Assert.True(altered > Histories && rolled > 3, $"{altered} days altered, {rolled} histories with a rollover");
    }

    [Fact]
    public void The_last_day_must_end_with_a_reading_and_a_turn_needs_a_flag()
    {
        var (unflagged, ends) = (0, 0);
        for (var seed = 1; seed <= Histories; seed++)
        {
            var history = new History(seed);
            var (lives, readings, days) = (new MeterLives(history.Meter), Decided(history), Days(history));
            var flagless = days.Select(d => d with { Marks = d.Marks & ~DayMarks.Rollover }).ToList();
            if (Conservation.Difference(lives, Register.Total, flagless, readings)?.Contains("no rollover is flagged", StringComparison.Ordinal) == true) unflagged++;
            var last = days.FindLastIndex(d => d.Readings > 0 && (d.Marks & DayMarks.Inactive) == 0);
            var more = days.Take(last + 1).ToList();
            more[last] = more[last] with { Consumption = more[last].Consumption + 1 };
            if (Conservation.Difference(lives, Register.Total, more, readings)?.Contains("the segment ends with register", StringComparison.Ordinal) == true) ends++;
        }
        Assert.True(unflagged > 0 && ends > Histories / 2, $"{unflagged} turns without a flag, {ends} ends without a reading were named");
    }

    /// <summary>A day between two known registers, without a break near it.</summary>
    private static bool Inner(List<DayTotal> days, int i) =>
        i > 1 && days[i].StartKnown && days[i + 1].StartKnown && days[i - 1].StartKnown && days[i + 1].Day == days[i].Day.Next && days[i - 1].Day.Next == days[i].Day
        && ((days[i - 1].Marks | days[i].Marks | days[i + 1].Marks) & (Breaks | DayMarks.Inactive)) == 0;

    private static List<DayTotal> Days(History history)
    {
        var books = new MemoryShelf(history.Registry).Open();
        foreach (var reading in history.Readings) books.Apply(reading);
        return books.Days(1, Register.Total, LocalDay.On(2025, 1, 1), LocalDay.On(2027, 12, 31));
    }

    private static List<RegistryPoint> Decided(History history) =>
    [
        .. history.Readings.Where(r => r.Register == Register.Total).GroupBy(r => r.TimeMs).OrderBy(g => g.Key)
            .Select(g => new RegistryPoint(g.Key, g.OrderByDescending(r => r.Revision).ThenBy(r => r.Value).First().Value)),
    ];
}
