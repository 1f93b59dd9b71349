using System.Runtime.InteropServices;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Books;

/// <summary>Reads every stored folded year of a meter.</summary>
public delegate IReadOnlyList<(Register Register, int Autumn, byte[] Blob)> StoredYears(int meterNo);

/// <summary>
/// The books of all meters, restored from the ledger one by one as they are touched. Applying the journal's tail to restored books gives what
/// an undisturbed process would hold. Owned by one thread.
/// </summary>
public sealed class Books
{
    private readonly StoredDays storedDays;
    private readonly StoredYears storedYears;
    private readonly Func<List<DayTotal>>? lists;
    private RegistrySnapshot registry;
    private MeterBook?[] totals;
    private MeterLives?[] lives;
    private readonly Dictionary<(int MeterNo, Register Register), MeterBook> tariffs = [];

    // Of books about few meters, in place of the arrays: megabytes for each question would keep the collector of garbage busy.
    private readonly Dictionary<int, MeterBook>? few;
    private readonly Dictionary<int, MeterLives> fewLives = [];
    private readonly List<MeterBook> dirty = [];
    private readonly DayPieces pieces = new();
    private readonly List<MeterBook> onTheWay = [];
    private bool storing;
    private long looked;

    /// <param name="few">Few meters are in memory at a time: nothing is laid out for the others. Such books stand for one registry.</param>
    /// <param name="lists">Gives empty lists for <see cref="Days"/>; null: each answer is a new one.</param>
    public Books(RegistrySnapshot registry, StoredDays storedDays, StoredYears storedYears, bool few = false, Func<List<DayTotal>>? lists = null)
    {
        (this.registry, this.storedDays, this.storedYears, this.lists) = (registry, storedDays, storedYears, lists);
        this.few = few ? [] : null;
        totals = few ? [] : new MeterBook?[registry.MeterNoLimit];
        lives = few ? [] : new MeterLives?[registry.MeterNoLimit];
    }

    public RegistrySnapshot Registry => registry;

    /// <summary>Books that changed since <see cref="Stored"/>.</summary>
    public IReadOnlyList<MeterBook> Dirty => dirty;

    /// <summary>Looks at the books of readings that are about to be applied, each step for all of them, so that their cache misses overlap.</summary>
    /// <param name="readings">Few enough for what was looked at to stay in the cache: 64.</param>
    /// <returns>
    /// Whether everything is here. Books that are not (<see cref="Missing"/>), and days that late readings belong to (<see cref="Late"/>), are best asked for together.
    /// </returns>
    public bool Look(ReadOnlySpan<Reading> readings)
    {
        var (sum, all) = (0L, true);
        foreach (ref readonly var reading in readings)
        {
            if (Known(reading.MeterNo, reading.Register) is { } book) sum ^= book.MeterNo;
            else all = false;
        }
        foreach (ref readonly var reading in readings)
        {
            if (Known(reading.MeterNo, reading.Register) is not { } book) continue;
            sum ^= book.Look();
            if (book.Unread || (reading.TimeMs <= book.NewestMs && !book.Holds(LocalDay.Of(reading.TimeMs)))) all = false;
        }
        looked ^= sum; // or nothing would be read
        return all;
    }

    /// <summary>The meters of readings whose books are not here, or not their open days, each once, ascending.</summary>
    public int[] Missing(ReadOnlySpan<Reading> readings)
    {
        var missing = new HashSet<int>();
        foreach (ref readonly var reading in readings)
            if (Known(reading.MeterNo, reading.Register) is not { Unread: false }) missing.Add(reading.MeterNo);
        return [.. missing.Order()];
    }

    /// <summary>
    /// The days that late ones among readings will be merged into and that no book holds: the ledger will be asked for each. Restores the books of all readings.
    /// </summary>
    /// <param name="days">To be filled, at most <paramref name="daysMax"/>.</param>
    /// <returns>For how many of the readings they are.</returns>
    public int Late(ReadOnlySpan<Reading> readings, HashSet<(int MeterNo, Register Register, int Day)> days, int daysMax)
    {
        var (newest, looked) = (new Dictionary<MeterBook, long>(), readings.Length);
        for (var i = 0; i < readings.Length; i++)
        {
            ref readonly var reading = ref readings[i];
            if (registry.MeterByNo(reading.MeterNo) is null) continue; // registered since
            var book = Book(reading.MeterNo, reading.Register);
            ref var newestMs = ref CollectionsMarshal.GetValueRefOrAddDefault(newest, book, out var met);
            if (!met) newestMs = book.NewestMs;
            var day = LocalDay.Of(reading.TimeMs);
            var key = (reading.MeterNo, reading.Register, day.Number);
            if (reading.TimeMs > newestMs) newestMs = reading.TimeMs;
            else if (looked < readings.Length || book.Holds(day) || days.Contains(key)) continue;
            else if (days.Count < daysMax) days.Add(key);
            else looked = i; // the others are restored all the same: they were asked for
        }
        return looked;
    }

    /// <summary>Merges one reading. The meter is registered: intake has seen to it.</summary>
    public Outcome Apply(in Reading reading)
    {
        var book = Book(reading.MeterNo, reading.Register);
        var clean = !book.Dirty;
        var outcome = book.Apply(reading);
        List(book, clean);
        return outcome;
    }

    /// <summary>The book of a meter and register, restored or empty.</summary>
    /// <exception cref="InvalidOperationException">The registry has no such meter.</exception>
    public MeterBook Book(int meterNo, Register register)
    {
        if (Known(meterNo, register) is { } known) return known;
        var book = Restore(meterNo, register);
        if (register != Register.Total) tariffs[(meterNo, register)] = book;
        else if (few is null) totals[meterNo] = book;
        else few[meterNo] = book;
        return book;
    }

    /// <summary>Takes over a newer registry; meters whose lives changed are folded again.</summary>
    /// <exception cref="InvalidOperationException">These are books about few meters.</exception>
    public void Adopt(RegistrySnapshot newer)
    {
        if (few is not null) throw new InvalidOperationException("Books about few meters stand for one registry.");
        registry = newer;
        Array.Resize(ref totals, Math.Max(totals.Length, newer.MeterNoLimit));
        Array.Resize(ref lives, Math.Max(lives.Length, newer.MeterNoLimit));
        foreach (var meter in newer.Meters.Values)
        {
            if (lives[meter.No] is not { } known) continue;
            var changed = new MeterLives(meter);
            if (changed.Print == known.Print) continue;
            lives[meter.No] = changed;
            if (totals[meter.No] is { } book) Relive(book, changed);
            for (var register = Register.T1; register <= Register.T4; register++)
                if (tariffs.TryGetValue((meter.No, register), out var tariff)) Relive(tariff, changed);
        }
    }

    /// <summary>Forgets which books changed, where nobody writes them.</summary>
    public void ClearDirty() => dirty.Clear();

    /// <summary>
    /// What changed until now is about to be stored, perhaps on another thread, from rows made just before (<see cref="MeterBook.ChangedDays"/>). What changes
    /// from now on is for the next time. Until <see cref="Stored"/> books go by what they hold and not by what the ledger tells of it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The time before has not ended.</exception>
    public void Storing()
    {
        if (storing) throw new InvalidOperationException("What changed before is not stored yet.");
        storing = true;
        pieces.Hold();
        foreach (var book in dirty)
            if (book.Storing()) onTheWay.Add(book);
        dirty.Clear();
    }

    /// <summary>What was on its way when <see cref="Storing"/> was called, or else everything that changed, is stored.</summary>
    public void Stored()
    {
        if (!storing) Storing();
        pieces.LetGo();
        foreach (var book in onTheWay) book.Stored();
        onTheWay.Clear();
        storing = false;
    }

    /// <summary>Lets a meter's books go, and what was applied to them: they are restored as they are stored when somebody asks again. For those who only read.</summary>
    public void Release(int meterNo)
    {
        for (var register = Register.Total; register <= Register.T4; register++) Known(meterNo, register)?.LetGo();
        if (few is null) (totals[meterNo], lives[meterNo]) = (null, null);
        else
        {
            few.Remove(meterNo);
            fewLives.Remove(meterNo);
        }
        for (var register = Register.T1; register <= Register.T4; register++) tariffs.Remove((meterNo, register));
    }

    /// <summary>Folded days of a meter and register that start in [first, last], including everything applied so far.</summary>
    public List<DayTotal> Days(int meterNo, Register register, LocalDay first, LocalDay last)
    {
        IReadOnlyList<(Register Register, int Autumn, byte[] Blob)>? years = null;
        var book = Book(meterNo, register);
        var clean = !book.Dirty;
        var days = book.Days(first, last, autumn =>
        {
            years ??= storedYears(meterNo);
            foreach (var year in years)
                if (year.Register == register && year.Autumn == autumn) return year.Blob;
            return null;
        }, lists?.Invoke());
        List(book, clean);
        return days;
    }

    /// <summary>The lives of a meter as the fold sees them.</summary>
    public IReadOnlyList<MeterLife> LivesOf(Meter meter) => AllOf(meter).Lives;

    /// <summary>Heating years in which the meter's total register has anything folded, stored or not.</summary>
    public IReadOnlyCollection<int> Autumns(int meterNo)
    {
        var book = Book(meterNo, Register.Total);
        var clean = !book.Dirty;
        var autumns = book.Autumns();
        List(book, clean);
        return autumns;
    }

    private MeterBook? Known(int meterNo, Register register) => register != Register.Total ? tariffs.GetValueOrDefault((meterNo, register))
        : (uint)meterNo < (uint)totals.Length ? totals[meterNo] : few?.GetValueOrDefault(meterNo);

    private void Relive(MeterBook book, MeterLives changed)
    {
        var clean = !book.Dirty;
        book.Relive(changed);
        List(book, clean);
    }

    /// <summary>To be called after whatever may have changed a book, looking included: a book restored under other lives is folded again then.</summary>
    private void List(MeterBook book, bool wasClean)
    {
        if (wasClean && book.Dirty) dirty.Add(book);
    }

    private MeterLives AllOf(Meter meter)
    {
        if (few is null) return lives[meter.No] ??= new MeterLives(meter);
        if (!fewLives.TryGetValue(meter.No, out var known)) fewLives[meter.No] = known = new MeterLives(meter);
        return known;
    }

    private MeterBook Restore(int meterNo, Register register)
    {
        var meter = registry.MeterByNo(meterNo) ?? throw new InvalidOperationException($"Meter number {meterNo} is not in registry version {registry.Version}.");
        var life = AllOf(meter);
        var years = new List<(int Autumn, byte[] Blob)>();
        foreach (var year in storedYears(meterNo))
            if (year.Register == register) years.Add((year.Autumn, year.Blob));
        return years.Count == 0
            ? new MeterBook(meterNo, register, life, storedDays, pieces)
            : MeterBook.Restore(meterNo, register, life, years, storedDays, pieces);
    }
}
