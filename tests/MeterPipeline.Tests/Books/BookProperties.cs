using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Books;

/// <summary>What must hold for every history; a failure names the seed that replays it.</summary>
[Trait(Effort.Category, Effort.Random)]
public sealed class BookProperties
{
    private static readonly int Histories = Effort.Times(250);
    private static readonly IEnumerable<int> Seeds = Enumerable.Range(Effort.FirstSeed, Histories);
    private const DayMarks Breaks = DayMarks.Reset | DayMarks.Jump | DayMarks.Pending;
    private static readonly PolicyBook Policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));
    private static readonly LocalDay First = LocalDay.On(2025, 1, 1);
    private static readonly LocalDay Last = LocalDay.On(2027, 12, 31);

    [Fact]
    public void Order_duplication_and_restarts_change_no_byte()
    {
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            var dice = new Random(seed * 7919);
            var expected = Run(history, history.Readings, restartEvery: 0, out var undisturbed);
            var days = Days(undisturbed);
            var late = history.Readings.OrderBy(r => r.TimeMs + dice.NextInt64(0, 5 * LocalDay.LengthMs)).ToList();
            var shuffled = history.Readings.Concat(history.Readings.Where(_ => dice.Next(4) == 0)).OrderBy(_ => dice.Next()).ToList();
            // Two of four ways each, so that thousands of histories stay cheap.
            (List<Reading>, int, string)[] ways = [(late, 16, "late"), (shuffled, 0, "shuffled"), (history.Readings, 10, "in order"), (shuffled, 25, "shuffled")];
            foreach (var (readings, restartEvery, what) in seed % 2 == 0 ? ways[..2] : ways[2..])
            {
                Assert.True(expected == Run(history, readings, restartEvery, out var books), $"{what}, restart every {restartEvery}: seed {seed}");
                Assert.True(days.SequenceEqual(Days(books)), $"days, {what}, restart every {restartEvery}: seed {seed}");
            }
        }
    }

    /// <summary>While a flush is on its way, days turn, late readings come for days that it stores, and somebody looks: it stores what it was begun with.</summary>
    [Fact]
    public void Readings_during_a_flush_change_no_byte()
    {
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            var dice = new Random(seed * 31);
            var expected = Run(history, history.Readings, 0, out var undisturbed);
            var shelf = new MemoryShelf(history.Registry);
            var books = shelf.Open();
            Action? end = null;
            foreach (var reading in history.Readings.OrderBy(r => r.TimeMs + dice.NextInt64(0, 3 * LocalDay.LengthMs)))
            {
                books.Apply(reading);
                if (dice.Next(24) == 0) books.Days(1, (Register)dice.Next(2), First, Last);
                if (dice.Next(12) != 0) continue;
                end?.Invoke();
                if (dice.Next(4) == 0)
                {
                    shelf.Flush(books);
                    books = shelf.Open();
                }
                end = shelf.Begin(books);
            }
            Assert.True(Days(undisturbed).SequenceEqual(Days(books)), $"days while it is on its way: seed {seed}");
            end?.Invoke();
            shelf.Flush(books);
            Assert.True(expected == shelf.Print(), $"seed {seed}");
        }
    }

    /// <summary>Looking folds again and concludes on a copy; it must leave no trace. The same with a reader that only restores.</summary>
    [Fact]
    public void Looking_changes_nothing()
    {
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            var dice = new Random(seed);
            var expected = Run(history, history.Readings, 0, out _);
            var shelf = new MemoryShelf(history.Registry);
            var books = shelf.Open();
            foreach (var reading in history.Readings.OrderBy(r => r.TimeMs + dice.NextInt64(0, 2 * LocalDay.LengthMs)))
            {
                books.Apply(reading);
                if (dice.Next(16) == 0) books.Days(1, (Register)dice.Next(2), First, Last);
                if (dice.Next(32) == 0) books.Autumns(1);
                if (dice.Next(40) != 0) continue;
                var before = Days(books);
                shelf.Flush(books);
                Assert.True(before.SequenceEqual(Days(books)), $"flushed: seed {seed}");
                Assert.True(before.SequenceEqual(Days(shelf.Open())), $"restored: seed {seed}");
            }
            shelf.Flush(books);
            Assert.True(expected == shelf.Print(), $"seed {seed}");
        }
    }

    [Fact]
    public void A_late_reading_counts_as_if_it_had_come_in_time()
    {
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            var dice = new Random(seed);
            Run(history, history.Readings, 0, out var inTime);
            var shelf = new MemoryShelf(history.Registry);
            var books = shelf.Open();
            var late = history.Readings.FindAll(_ => dice.Next(8) == 0);
            foreach (var reading in history.Readings.Except(late)) books.Apply(reading);
            // Seen, and on even seeds stored and restored, before it is completed.
            Days(books);
            if (seed % 2 == 0)
            {
                shelf.Flush(books);
                books = shelf.Open();
            }
            foreach (var reading in late) books.Apply(reading);
            Assert.True(Days(inTime).SequenceEqual(Days(books)), $"seed {seed}");
        }
    }

    /// <summary>Whatever registers do, no household gets more than the cap, and the low and high amounts enclose the amount.</summary>
    [Fact]
    public void The_cap_is_never_exceeded()
    {
        var reached = 0;
        foreach (var seed in Seeds)
        {
            var history = new History(seed, LocalDay.On(2025, 11, 1));
            // A hundred times the register, so that many reach the cap.
            var meter = history.Meter with { Installations = [.. history.Meter.Installations.Select(life => life with { Multiplier = 100, Capacity = 20_000 * Quantity.PerUnit })] };
            var household = new Household(
                "H1", "H1", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, new LocalDay(LocalDay.On(2025, 11, 1).Number + seed % 60),
                seed % 3 == 0 ? Hardship.Dibao : Hardship.None, "", []);
            var books = new MemoryShelf(new RegistrySnapshot(1, [], [], [household], [meter])).Open();
            foreach (var reading in history.Readings) books.Apply(reading);
            var accrual = new Statements(books, Policies).Of(household, 2025)!.Accrual!;
            Assert.True(accrual.Operating is >= 0 and <= 1040, $"seed {seed}: {accrual.Operating} yuan");
            Assert.True(accrual.LowTotal <= accrual.Total && accrual.Total <= accrual.HighTotal, $"seed {seed}: {accrual.LowTotal} {accrual.Total} {accrual.HighTotal}");
            Assert.True(accrual.HighTotal <= 1040 + (seed % 3 == 0 ? 200 : 0), $"seed {seed}: {accrual.HighTotal} yuan");
            Assert.True(accrual.CapReached ? accrual.Operating == 1040 && accrual.CapDay is not null : accrual.CapDay is null, $"seed {seed}: {accrual.CapReached}, day {accrual.CapDay}");
            if (accrual.CapReached) reached++;
        }
        Assert.True(reached > Histories / 20, $"only {reached} reached the cap");
    }

    [Fact]
    public void Streaming_equals_folding_again_from_the_days()
    {
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            Run(history, history.Readings, 0, out var books);
            Assert.True(Days(books).SequenceEqual(Refolded(books, history.Meter)), $"seed {seed}");
        }
    }

    /// <summary>A registry row corrected at any time, process up or down, comes to what the corrected row would have given from the start.</summary>
    [Fact]
    public void A_corrected_registry_folds_as_if_it_had_always_been_so()
    {
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            var dice = new Random(seed);
            var amended = history.Amended();
            var shelf = new MemoryShelf(history.Registry);
            var books = shelf.Open();
            var changeAt = dice.Next(0, history.Readings.Count);
            for (var i = 0; i < history.Readings.Count; i++)
            {
                if (i == changeAt)
                {
                    var down = dice.Next(2) == 0;
                    if (down) shelf.Flush(books);
                    shelf.Registry = amended;
                    if (down) books = shelf.Open();
                    else books.Adopt(amended);
                    if (dice.Next(2) == 0) books.Days(1, Register.Total, First, Last);
                }
                books.Apply(history.Readings[i]);
                if (dice.Next(50) != 0) continue;
                shelf.Flush(books);
                if (dice.Next(2) == 0) books = shelf.Open();
            }
            shelf.Flush(books);
            var restored = shelf.Open();
            Assert.True(Days(books).SequenceEqual(Days(restored)), $"restored: seed {seed}");
            Assert.True(Days(restored).SequenceEqual(Refolded(restored, amended.Meters["M1"])), $"seed {seed}");
        }
    }

    [Fact]
    public void Days_add_up_to_the_registers_around_them()
    {
        var days = 0;
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            Run(history, history.Readings, 0, out var books);
            var all = books.Days(1, Register.Total, First, Last);
            foreach (var life in new MeterLives(history.Meter).Lives)
            {
                for (var i = 0; i + 1 < all.Count; i++)
                {
                    var (day, next) = (all[i], all[i + 1]);
                    if (!day.StartKnown || !next.StartKnown || ((day.Marks | next.Marks) & Breaks) != 0 || !life.Covers(day.Day.StartMs) || !life.Covers(next.Day.StartMs)) continue;
                    var advance = next.Register - day.Register;
                    if (advance < 0 && life.Modulus is { } modulus) advance += modulus;
                    Assert.True(advance == day.Consumption, $"seed {seed}, {day.Day}: register advanced {advance}, day counts {day.Consumption}");
                    days++;
                }
            }
        }
        Assert.True(days > Histories, "hardly a day was looked at");
    }

    /// <summary>Conservation: between opening and closing register nothing is lost and nothing is made.</summary>
    [Fact]
    public void A_life_counts_from_opening_to_closing()
    {
        var segments = 0;
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            Run(history, history.Readings, 0, out var books);
            foreach (var life in new MeterLives(history.Meter).Lives)
            {
                if (life.Installation is not { Opening: { } opening, Closing: { } closing }) continue;
                var days = books.Days(1, Register.Total, LocalDay.Of(life.FromMs), LocalDay.Of(life.UntilMs));
                if (days.Exists(d => (d.Marks & Breaks) != 0)) continue;
                var made = days.Sum(d => d.Consumption) - (life.Multiplied(closing) - life.Multiplied(opening));
                Assert.True(life.Modulus is { } modulus ? made >= 0 && made % modulus == 0 : made == 0, $"seed {seed}: {made} too many from {LocalTime.Format(life.FromMs)}");
                segments++;
            }
        }
        Assert.True(segments > Histories / 4, "hardly a segment was looked at");
    }

    [Fact]
    public void Bounds_enclose_the_amount()
    {
        var season = new HeatingSeason("2025-2026", LocalDay.On(2025, 8, 1), LocalDay.On(2025, 10, 31));
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            var dice = new Random(seed);
            Run(history, history.Readings, 0, out var books);
            var days = books.Days(1, Register.Total, season.First, season.Last.Next);
            var (from, rest) = (season.First.Number + dice.Next(0, 60), season.First.Number + dice.Next(0, 90));
            var installations = new MeterLives(history.Meter).Lives.Select(life => new InstalledDays(history.Meter, life, days)).ToList();
            var quantity = SeasonQuantity.Of(season, d => d.Number >= from && d.Number != rest, installations);
            Assert.True(quantity.Low <= quantity.Eligible && quantity.Eligible <= quantity.High, $"seed {seed}: {quantity.Low} {quantity.Eligible} {quantity.High}");
            Assert.True(quantity.Eligible <= quantity.Consumption && quantity.Low >= 0, $"seed {seed}");
            Assert.True(quantity.EligiblePerDay.Sum() == quantity.Eligible && quantity.ConsumptionPerDay.Sum() == quantity.Consumption, $"seed {seed}");
        }
    }

    /// <summary>Whatever happened between the readings, the truth lies within the bounds, unless the register itself broke.</summary>
    [Fact]
    public void Bounds_enclose_the_truth()
    {
        var looked = 0;
        var season = new HeatingSeason("2025-2026", LocalDay.On(2025, 8, 1), LocalDay.On(2025, 10, 31));
        foreach (var seed in Seeds)
        {
            var history = new History(seed);
            if (history.Broke) continue;
            Run(history, history.Readings, 0, out var books);
            if (books.Days(1, Register.Total, First, Last).Exists(d => (d.Marks & Breaks) != 0)) continue;
            var days = books.Days(1, Register.Total, season.First, season.Last.Next);
            var dice = new Random(seed);
            var (from, rest) = (season.First.Number + dice.Next(0, 60), season.First.Number + dice.Next(0, 90));
            var lives = new MeterLives(history.Meter).Lives;
            var quantity = SeasonQuantity.Of(season, d => d.Number >= from && d.Number != rest, [.. lives.Select(life => new InstalledDays(history.Meter, life, days))]);
            var (soon, late) = (0L, 0L);
            for (var day = new LocalDay(from); day <= season.Last; day = day.Next)
            {
                if (day.Number == rest) continue;
                soon += Counted(history, day.EndMs, late: false) - Counted(history, day.StartMs, late: false);
                late += Counted(history, day.EndMs, late: true) - Counted(history, day.StartMs, late: true);
            }
            // Registers are rounded after the ratio, at most half a unit at each end of each run.
            foreach (var truth in (decimal[])[soon * history.Multiplier, late * history.Multiplier])
                Assert.True(quantity.Low - 6 <= truth && truth <= quantity.High + 6, $"seed {seed}: {truth} is not within {quantity.Low}..{quantity.High}");
            looked++;
        }
        Assert.True(looked > Histories / 4, "hardly a history was looked at");
    }

    /// <summary>What the meter had counted at an instant if it counts each step at its end (late) or at its beginning.</summary>
    private static long Counted(History history, long instantMs, bool late)
    {
        var counted = 0L;
        foreach (var (time, count) in history.Truth)
        {
            if (time > instantMs) return late ? counted : count;
            counted = count;
            if (time == instantMs) return count;
        }
        return counted;
    }

    private static List<DayTotal> Days(Domain.Books.Books books) => [.. books.Days(1, Register.Total, First, Last), .. books.Days(1, Register.T1, First, Last)];

    /// <summary>The same days by the other way: nothing but the stored meter days.</summary>
    private static List<DayTotal> Refolded(Domain.Books.Books books, Meter meter)
    {
        var days = new List<DayTotal>();
        foreach (var register in (Register[])[Register.Total, Register.T1])
        {
            var book = MeterBook.FromDays(1, register, new MeterLives(meter), (_, _, first, last) => [.. books.Book(1, register).AllDays(first, last).Select(d => (d.Key, d.Value))]);
            days.AddRange(book.Days(First, Last, _ => null));
        }
        return days;
    }

    /// <summary>Applies readings, flushing and restoring every so many; returns what is stored at the end.</summary>
    private static string Run(History history, IReadOnlyList<Reading> readings, int restartEvery, out Domain.Books.Books books)
    {
        var shelf = new MemoryShelf(history.Registry);
        books = shelf.Open();
        for (var i = 0; i < readings.Count; i++)
        {
            books.Apply(readings[i]);
            if (restartEvery == 0 || i % restartEvery != restartEvery - 1) continue;
            shelf.Flush(books);
            books = shelf.Open();
        }
        shelf.Flush(books);
        return shelf.Print();
    }
}
