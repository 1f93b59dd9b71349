using System.Buffers;
using System.Collections.Concurrent;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Domain.Books;

/// <summary>Reads stored meter days of one meter and register in [first, last], ordered by day.</summary>
public delegate IReadOnlyList<(int Day, byte[] Blob)> StoredDays(int meterNo, Register register, int firstDay, int lastDay);

/// <summary>
/// All that is known of one meter and register: the open meter day, older days changed since the last flush, and the fold. A reading after
/// the frontier streams through the fold; any other is merged into its meter day, and the meter is folded again from its days before
/// anybody looks. Both ways give the same bytes. Owned by one thread.
/// </summary>
public sealed class MeterBook
{
    /// <summary>Most books have one year and one open day, and share the list of it.</summary>
    private static readonly ConcurrentDictionary<int, int[]> Lists = [];

    [ThreadStatic]
    private static int[]? lastList; // nearly all ask for the same

    private readonly StoredDays stored;
    private MeterLives lives;
    private MeterFold fold;
    private DayLog log;
    private readonly DayPieces pieces;
    private int nextPoint;
    private long nextPointMs; // of lives: looked at for each reading, which would be two cache misses there
    private bool mustRefold;

    // A million books: what is empty most of the time takes no room.
    private int[] storedYears = [];

    // Days before the open one that changed since the last flush. Not objects: a hundred thousand meters close their days within a second, and the next
    // collections would have to look at all.
    private ClosedDays.List closed;

    // Closed days and years that a flush is storing: until it has, the ledger tells what was before.
    private ClosedDays.List closedOnTheWay;
    private IReadOnlyList<(int Autumn, byte[] Days)> yearsOnTheWay = [];

    // The open meter day: the newest day with a reading, still growing at its end.
    private bool hasOpenDay;
    private LocalDay openDay;
    private DayPieces.Chain open;
    private MeterDay.Cursor openCursor;
    private long newestMs = long.MinValue;

    // The open day of a restored book stays in the ledger until somebody writes to it: most books are restored to be read.
    private bool openUnread;

    /// <summary>A book without readings.</summary>
    internal MeterBook(int meterNo, Register register, MeterLives lives, StoredDays stored, DayPieces pieces)
    {
        (MeterNo, Register, this.lives, this.stored, this.pieces) = (meterNo, register, lives, stored, pieces);
        log = new DayLog();
        fold = new MeterFold(lives.Terms, log);
        Await(0);
    }

    public int MeterNo { get; }

    public Register Register { get; }

    /// <summary>Something is to be written at the next flush.</summary>
    public bool Dirty { get; private set; }

    /// <summary>The year that the fold's state is stored with: that of the last closed day, or of the open one where none is closed.</summary>
    private int OpenAutumn =>
        log.Autumn != int.MinValue ? log.Autumn : fold.Current.DayOpen ? HeatingSeason.AutumnOf(fold.Current.Today.Day) : int.MinValue;

    private ReadOnlySpan<RegistryPoint> Ahead => Register == Register.Total ? lives.Points.AsSpan(nextPoint) : [];

    /// <summary>A book as it was flushed.</summary>
    /// <param name="years">Every stored year of this meter and register.</param>
    internal static MeterBook Restore(
        int meterNo, Register register, MeterLives lives, IEnumerable<(int Autumn, byte[] Blob)> years, StoredDays stored, DayPieces pieces)
    {
        var book = new MeterBook(meterNo, register, lives, stored, pieces);
        var found = false;
        foreach (var (autumn, blob) in years)
        {
            book.IsStored(autumn);
            var print = YearBook.PrintOf(blob);
            if (print != lives.Print) book.mustRefold = true;
            // What an earlier program stored of the fold's state is not read: the fold runs again, over every stored day.
            if (print is null) found = true;
            if (print is null || !YearBook.IsOpen(blob)) continue;
            book.log = DayLog.Continue(autumn, blob);
            book.fold = new MeterFold(lives.Terms, book.log, YearBook.StateOf(blob));
            found = true;
        }
        if (!found) return book;
        book.Await(book.PointsTaken());
        book.openUnread = true;
        return book;
    }

    /// <summary>A book that folds everything from its stored meter days, whatever was folded before.</summary>
    public static MeterBook FromDays(int meterNo, Register register, MeterLives lives, StoredDays stored) =>
        new(meterNo, register, lives, stored, new DayPieces()) { mustRefold = true };

    /// <summary>Merges one reading.</summary>
    public Outcome Apply(in Reading reading)
    {
        if (reading.TimeMs <= NewestMs) return Merge(reading);
        var day = LocalDay.Of(reading.TimeMs);
        if (!hasOpenDay || day != openDay) TurnDay(day);
        AppendOpen(new DayEntry(reading.TimeMs, reading.Revision, reading.Value));
        newestMs = reading.TimeMs;
        Dirty = true;
        if (mustRefold) return Outcome.Accepted;
        if (reading.TimeMs <= fold.FrontierMs) mustRefold = true;
        else Feed(reading.TimeMs, reading.Value, reading.Value);
        return Outcome.Accepted;
    }

    /// <summary>
    /// Looks at what <see cref="Apply"/> will read, and changes nothing. Where many books are looked at before the first of them is applied to, the
    /// processor waits for their memory at once instead of one after the other.
    /// </summary>
    /// <returns>Of no meaning, but to be used: what nobody uses is not read.</returns>
    internal long Look() => fold.Look() ^ pieces.Look(open, openCursor.Length);

    /// <summary>Restored, and not written to since: its open day is still in the ledger.</summary>
    internal bool Unread => openUnread;

    /// <summary>The newest reading.</summary>
    internal long NewestMs
    {
        get
        {
            if (openUnread) ReadOpenDay();
            return newestMs;
        }
    }

    /// <summary>Whether what is known of a day is here, so that the ledger is not asked for it.</summary>
    internal bool Holds(LocalDay day) => (hasOpenDay && day == openDay) || Kept(day, out _);

    /// <summary>Takes over a changed registry: the meter is folded again where its lives changed.</summary>
    public void Relive(MeterLives changed)
    {
        if (changed.Print == lives.Print) return;
        lives = changed;
        mustRefold = Dirty = true;
    }

    /// <summary>Days whose readings changed since <see cref="Stored"/>, in no order: where they are, to be read when they are wanted.</summary>
    public void ChangedDays(ICollection<DayContent> into)
    {
        for (var at = closed; pieces.Closed.Next(ref at, out var day);) into.Add(new DayContent(pieces, day));
        if (hasOpenDay) into.Add(new DayContent(pieces, OpenDay));
    }

    /// <summary>Years, by their autumn, that changed since <see cref="Stored"/>, in no order; <see cref="Year"/> has them. Folds what waits to be folded.</summary>
    public int[] ChangedYears()
    {
        if (mustRefold) Refold();
        var current = OpenAutumn;
        if (log.Finished.Count == 0) return current == int.MinValue ? [] : Alone(current);
        var autumns = new SortedSet<int>(log.Finished.Select(static year => year.Autumn));
        if (current != int.MinValue) autumns.Add(current);
        return [.. autumns];
    }

    /// <summary>The folded year of a changed year, as a <see cref="YearBook"/>.</summary>
    public byte[] Year(int autumn)
    {
        var year = new ArrayBufferWriter<byte>();
        WriteYear(autumn, year);
        return year.WrittenSpan.ToArray();
    }

    /// <inheritdoc cref="Year"/>
    public void WriteYear(int autumn, IBufferWriter<byte> into)
    {
        if (autumn == OpenAutumn) YearBook.WriteOpen(into, lives.Print, log, fold.Current);
        else YearBook.WriteClosed(into, lives.Print, FinishedYear(log.Finished, autumn) ?? throw new InvalidOperationException($"Meter number {MeterNo} has no folded year {autumn}."));
    }

    /// <summary>What changed is on its way to the ledger: what changes from now on is for the next flush.</summary>
    /// <returns>Whether something is kept until <see cref="Stored"/>: the ledger does not tell of it yet.</returns>
    internal bool Storing()
    {
        foreach (var autumn in ChangedYears()) IsStored(autumn);
        (closedOnTheWay, yearsOnTheWay) = (closed, log.Finished);
        log.ForgetFinished();
        closed = default;
        Dirty = false;
        return !closedOnTheWay.IsEmpty || yearsOnTheWay.Count > 0;
    }

    /// <summary>What was on its way is stored.</summary>
    internal void Stored()
    {
        pieces.Closed.Release(ref closedOnTheWay);
        yearsOnTheWay = [];
    }

    /// <summary>Gives the memory of its days back: nobody asks this book any more.</summary>
    internal void LetGo()
    {
        ReleaseOpen();
        pieces.Closed.Release(ref closed);
        pieces.Closed.Release(ref closedOnTheWay);
    }

    /// <summary>All folded days that start in [first, last], what is still open included; stored years come from <paramref name="storedYear"/>.</summary>
    /// <param name="into">An empty list to be filled; null: a new one.</param>
    public List<DayTotal> Days(LocalDay first, LocalDay last, Func<int, byte[]?> storedYear, List<DayTotal>? into = null)
    {
        if (mustRefold) Refold();
        var result = into ?? new List<DayTotal>(last.Number - first.Number + 1);
        for (var autumn = HeatingSeason.AutumnOf(first); autumn <= HeatingSeason.AutumnOf(last); autumn++)
        {
            if (autumn == log.Autumn) log.Read(first, last, result);
            else if (autumn == OpenAutumn) continue;
            else if ((FinishedYear(log.Finished, autumn) ?? FinishedYear(yearsOnTheWay, autumn)) is { } finished) new DayLog.Reader(autumn, finished).Read(first, last, result);
            else if (storedYear(autumn) is { } blob) new DayLog.Reader(autumn, YearBook.ClosedDays(blob)).Read(first, last, result);
        }
        var branch = fold.Conclude(Ahead);
        foreach (var (autumn, days) in branch.Finished) log.Added(autumn, days).Read(first, last, result);
        if (branch.Autumn != int.MinValue) log.Added(branch).Read(first, last, result);
        return result;
    }

    /// <summary>Years in which anything is folded.</summary>
    public IReadOnlyCollection<int> Autumns()
    {
        if (mustRefold) Refold();
        var autumns = new SortedSet<int>(storedYears);
        autumns.UnionWith(log.Finished.Select(f => f.Autumn));
        var branch = fold.Conclude(Ahead);
        autumns.UnionWith(branch.Finished.Select(f => f.Autumn));
        if (branch.Autumn != int.MinValue) autumns.Add(branch.Autumn);
        return autumns;
    }

    /// <summary>Every entry stored or pending of a day range, ordered by day.</summary>
    public SortedDictionary<int, byte[]> AllDays(int first, int last)
    {
        var days = new SortedDictionary<int, byte[]>();
        foreach (var (day, blob) in stored(MeterNo, Register, first, last)) days[day] = blob;
        Add(closedOnTheWay);
        Add(closed);
        if (hasOpenDay && openDay.Number >= first && openDay.Number <= last) days[openDay.Number] = OpenBytes();
        return days;

        void Add(ClosedDays.List list)
        {
            while (pieces.Closed.Next(ref list, out var day))
                if (day.Day >= first && day.Day <= last) days[day.Day] = pieces.Read(day);
        }
    }

    private void IsStored(int autumn)
    {
        if (Array.IndexOf(storedYears, autumn) < 0) storedYears = storedYears.Length == 0 ? Alone(autumn) : [.. storedYears, autumn];
    }

    private static int[] Alone(int time) => lastList is [var same] list && same == time ? list : lastList = Lists.GetOrAdd(time, static one => [one]);

    private static byte[]? FinishedYear(IReadOnlyList<(int Autumn, byte[] Days)> finished, int autumn)
    {
        foreach (var (year, days) in finished)
            if (year == autumn) return days;
        return null;
    }

    /// <summary>Runs the fold over everything known, in order of time.</summary>
    private void Refold()
    {
        log = new DayLog();
        fold = new MeterFold(lives.Terms, log);
        Await(0);
        mustRefold = false;
        var entries = new List<DayEntry>();
        foreach (var (day, blob) in AllDays(int.MinValue, int.MaxValue))
        {
            entries.Clear();
            MeterDay.Decode(new LocalDay(day), blob, entries);
            for (var i = 0; i < entries.Count;)
            {
                var (value, rival, next) = MeterDay.Decide(entries, i);
                Feed(entries[i].TimeMs, value, rival);
                i = next;
            }
        }
        // A year that holds nothing any more is stored as empty, so that no reader finds what used to be there.
        foreach (var autumn in storedYears)
            if (autumn != OpenAutumn && FinishedYear(log.Finished, autumn) is null) log.Finish(autumn, []);
        Dirty = true;
    }

    /// <summary>Feeds one reading after the registry points that come before it; a registry point at the same instant wins.</summary>
    private void Feed(long timeMs, long value, long rival)
    {
        while (nextPointMs <= timeMs)
        {
            var point = Ahead[0];
            Await(nextPoint + 1);
            fold.Take(point.TimeMs, point.Shown, point.Shown);
        }
        if (timeMs > fold.FrontierMs) fold.Take(timeMs, value, rival);
    }

    /// <summary>So many registry points are taken.</summary>
    private void Await(int taken)
    {
        nextPoint = taken;
        nextPointMs = Ahead is [var point, ..] ? point.TimeMs : long.MaxValue;
    }

    private int PointsTaken()
    {
        var taken = 0;
        if (Register == Register.Total)
            while (taken < lives.Points.Length && lives.Points[taken].TimeMs <= fold.FrontierMs) taken++;
        return taken;
    }

    private Outcome Merge(in Reading reading)
    {
        var day = LocalDay.Of(reading.TimeMs);
        var entries = new List<DayEntry>();
        if (DayBlob(day) is { } blob) MeterDay.Decode(day, blob, entries);
        var entry = new DayEntry(reading.TimeMs, reading.Revision, reading.Value);
        var at = entries.BinarySearch(entry);
        if (at >= 0) return Outcome.Duplicate;
        var conflict = entries.Exists(e => e.TimeMs == entry.TimeMs && e.Revision == entry.Revision);
        entries.Insert(~at, entry);
        if (hasOpenDay && day == openDay) RewriteOpen(entries);
        else Keep(day, MeterDay.Encode(day, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entries)));
        mustRefold = Dirty = true;
        return conflict ? Outcome.Conflict : Outcome.Accepted;
    }

    private byte[]? DayBlob(LocalDay day)
    {
        if (hasOpenDay && day == openDay) return OpenBytes();
        if (Kept(day, out var kept)) return pieces.Read(kept);
        return stored(MeterNo, Register, day.Number, day.Number) is [var (_, found)] ? found : null;
    }

    private void TurnDay(LocalDay day)
    {
        if (hasOpenDay) pieces.Closed.Keep(ref closed, OpenDay);
        hasOpenDay = false; // its pieces are the closed day's now
        Open(day);
    }

    /// <summary>Says what a day before the open one holds until it is stored.</summary>
    private void Keep(LocalDay day, ReadOnlySpan<byte> bytes)
    {
        DayPieces.Chain chain = default;
        pieces.Append(ref chain, 0, bytes);
        pieces.Closed.Keep(ref closed, new PiecedDay(day.Number, chain, bytes.Length));
    }

    /// <summary>A day before the open one that is not stored yet.</summary>
    private bool Kept(LocalDay day, out PiecedDay kept) =>
        pieces.Closed.Find(closed, day.Number, out kept) || pieces.Closed.Find(closedOnTheWay, day.Number, out kept);

    private void ReadOpenDay()
    {
        openUnread = false;
        // The newest stored day may lie after the fold's own, where the fold must run again anyway.
        foreach (var (day, blob) in stored(MeterNo, Register, fold.Current.Today.Day.Number, int.MaxValue)) OpenStored(new LocalDay(day), blob);
    }

    private void OpenStored(LocalDay day, byte[] blob)
    {
        if (blob.Length == 0) return;
        Open(day);
        pieces.Append(ref open, 0, blob);
        while (openCursor.Length < blob.Length) newestMs = openCursor.Read(blob).TimeMs;
    }

    private void RewriteOpen(List<DayEntry> entries)
    {
        Open(openDay);
        foreach (var entry in entries) AppendOpen(entry);
    }

    private PiecedDay OpenDay => new(openDay.Number, open, openCursor.Length);

    private byte[] OpenBytes() => pieces.Read(OpenDay);

    private void ReleaseOpen()
    {
        if (hasOpenDay) pieces.Release(OpenDay);
        (hasOpenDay, openCursor) = (false, default);
    }

    /// <summary>Begins a day without entries.</summary>
    private void Open(LocalDay day)
    {
        ReleaseOpen();
        (hasOpenDay, openDay, openCursor) = (true, day, new MeterDay.Cursor(day));
    }

    private void AppendOpen(in DayEntry entry)
    {
        Span<byte> bytes = stackalloc byte[MeterDay.LongestEntry];
        var length = openCursor.Length;
        var written = openCursor.Append(bytes, entry);
        pieces.Append(ref open, length, bytes[..written]);
    }
}
