using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Validation;

/// <summary>The evidence of one meter laid out by season day, with the questions that rules ask about a day and the runs around it.</summary>
internal sealed class DaySheet
{
    private readonly MeterEvidence evidence;
    private readonly MeterLife?[] lives;
    private readonly DayTotal[] days;
    private readonly SumCheck sums;
    private readonly long[,] refused;

    public DaySheet(MeterEvidence evidence)
    {
        this.evidence = evidence;
        var season = evidence.Season;
        (lives, days) = (new MeterLife?[season.Days], new DayTotal[season.Days + 1]);
        for (var i = 0; i < season.Days; i++) lives[i] = evidence.OwnOn(DayAt(i));
        var newest = -1;
        foreach (var day in evidence.Days)
        {
            var i = day.Day.Number - season.First.Number;
            // A known register at a day's start says that a reading came later.
            if (day.StartKnown) newest = Math.Max(newest, i - 1);
            if ((day.Marks & DayMarks.Covered) != 0) newest = Math.Max(newest, i);
            if (i >= 0 && i <= season.Days) days[i] = day;
        }
        SilentFrom = newest + 1;
        SilentDays = Math.Max(0, evidence.Today.Number - (season.First.Number + SilentFrom));
        sums = new SumCheck(evidence);
        refused = Refusals(evidence);
    }

    /// <summary>Index of the first season day after the newest reading.</summary>
    public int SilentFrom { get; }

    /// <summary>Days since then that are over, beyond the season too.</summary>
    public int SilentDays { get; }

    public DayTotal Day(int i) => days[i];

    public MeterLife? Life(int i) => lives[i];

    public bool Idle(int i) => evidence.IdleOn(DayAt(i));

    public bool Has(int i, DayMarks marks) => (days[i].Marks & marks) != 0;

    /// <summary>A reading was looked at on the day, or ends it.</summary>
    public bool Read(int i) => days[i].Readings > 0 || Has(i, DayMarks.Covered);

    public bool Over(int i) => DayAt(i) < evidence.Today;

    /// <summary>The day's consumption is known, measured or cut out of a step.</summary>
    public bool Known(int i) => KnownBy(days[i], days[i + 1]);

    public bool Estimated(int i) => Has(i, DayMarks.Estimated);

    public bool Unused(int i) => Known(i) && lives[i] is not null && days[i].Consumption == 0;

    /// <summary>In service, over, and without a reading.</summary>
    public bool Missed(int i) => lives[i] is not null && Over(i) && !Has(i, DayMarks.Covered);

    /// <summary>Whether an accepted step ends in a day or goes on over its end; a measured midnight alone may begin anew after a break.</summary>
    internal static bool KnownBy(in DayTotal day, in DayTotal next) =>
        (day.Marks & DayMarks.Covered) != 0 || (next.Marks & DayMarks.StartInterpolated) != 0;

    /// <summary>Length of the run of days around one for which something holds; 0 where it does not hold for the day itself.</summary>
    public int Run(int i, Func<int, bool> holds)
    {
        if (!holds(i)) return 0;
        var (first, last) = (i, i);
        while (first > 0 && holds(first - 1)) first--;
        while (last + 1 < lives.Length && holds(last + 1)) last++;
        return last - first + 1;
    }

    public Receipt Receipt(int i) => evidence.Receipts(lives[i]!.Installation.Company, DayAt(i));

    public RuleResult SumCheck(int i, int percent) => sums.Judge(DayAt(i), lives[i]!, percent);

    public long RefusedMessages(int i, RuleId rule) => refused[(int)rule, i];

    private LocalDay DayAt(int i) => new(evidence.Season.First.Number + i);

    private static long[,] Refusals(MeterEvidence evidence)
    {
        var counts = new long[Rules.All.Count, evidence.Season.Days];
        foreach (var (reason, day, messages) in evidence.Refused)
            if (Rules.OfQuarantine(reason) is { } rule && evidence.Season.Contains(day)) counts[(int)rule, day.Number - evidence.Season.First.Number] += messages;
        return counts;
    }
}
