using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Validation;

/// <summary>What every rule says of every season day of one meter. Pure: the same evidence and settings give the same verdicts.</summary>
public sealed class MeterVerdicts
{
    private readonly RuleResult[] results;

    private MeterVerdicts(Meter meter, HeatingSeason season, RuleResult[] results) => (Meter, Season, this.results) = (meter, season, results);

    public Meter Meter { get; }

    public HeatingSeason Season { get; }

    /// <param name="day">Of the season.</param>
    public RuleResult this[RuleId rule, LocalDay day] => results[(day.Number - Season.First.Number) * Rules.All.Count + (int)rule];

    /// <summary>Rules that failed on a day.</summary>
    public IEnumerable<RuleId> FailedOn(LocalDay day) => Rules.All.Select(r => r.Id).Where(id => this[id, day].Verdict == Verdict.Failed);

    public static MeterVerdicts Of(MeterEvidence evidence, RuleSettings settings)
    {
        var season = evidence.Season;
        var sheet = new DaySheet(evidence);
        var results = new RuleResult[season.Days * Rules.All.Count];
        for (var i = 0; i < season.Days; i++)
            foreach (var rule in Rules.All)
            {
                results[i * Rules.All.Count + (int)rule.Id] =
                    settings.IsOff(rule.Id) ? RuleResult.Skip(SkipReason.Off) : Judge(sheet, i, rule.Id, settings[rule.Id]);
            }
        return new MeterVerdicts(evidence.Meter, season, results);
    }

    private static RuleResult Judge(DaySheet sheet, int i, RuleId rule, int setting)
    {
        if (sheet.Life(i) is null) return OutOfService(sheet, i, rule);
        return rule switch
        {
            RuleId.Gap => Gap(sheet, i, setting),
            RuleId.Stale => Stale(sheet, i, setting),
            RuleId.ProlongedEstimation => sheet.Known(i) ? RuleResult.FailedIf(sheet.Run(i, sheet.Estimated) > setting) : RuleResult.Skip(SkipReason.NoReading),
            RuleId.ZeroRun => sheet.Known(i) ? RuleResult.FailedIf(sheet.Run(i, sheet.Unused) >= setting) : RuleResult.Skip(SkipReason.NoReading),
            RuleId.Duplicate => Duplicate(sheet.Receipt(i), setting),
            RuleId.Capacity => Capacity(sheet, i, setting),
            RuleId.SumCheck => sheet.SumCheck(i, setting),
            RuleId.WrongUnit or RuleId.ClockSkew => Refused(sheet, i, rule, setting),
            RuleId.Negative => Marked(sheet, i, DayMarks.Glitch | DayMarks.Reset, settled: true),
            RuleId.Spike => Marked(sheet, i, DayMarks.Spike, settled: true),
            RuleId.Conflict => Marked(sheet, i, DayMarks.Conflict, settled: false),
            RuleId.InactiveMeter => Marked(sheet, i, DayMarks.Inactive, settled: false),
            RuleId.RegisterReset => Marked(sheet, i, DayMarks.Reset, settled: true),
            RuleId.RegisterJump => Marked(sheet, i, DayMarks.Jump, settled: true),
            _ => Marked(sheet, i, DayMarks.Pending, settled: false),
        };
    }

    /// <summary>Readings of a meter that serves nobody say that it does, or that the registry is behind.</summary>
    private static RuleResult OutOfService(DaySheet sheet, int i, RuleId rule) =>
        rule == RuleId.InactiveMeter && sheet.Idle(i) && sheet.Has(i, DayMarks.Inactive) ? RuleResult.FailedIf(true) : RuleResult.Skip(SkipReason.NotInService);

    private static RuleResult Marked(DaySheet sheet, int i, DayMarks bad, bool settled) =>
        sheet.Has(i, bad) ? RuleResult.FailedIf(true)
        : !sheet.Read(i) ? RuleResult.Skip(SkipReason.NoReading)
        : settled && sheet.Has(i, DayMarks.Pending) ? RuleResult.Skip(SkipReason.StillDoubtful) : RuleResult.Passed;

    private static RuleResult Gap(DaySheet sheet, int i, int setting) =>
        sheet.Has(i, DayMarks.Covered) ? RuleResult.Passed
        : !sheet.Over(i) ? RuleResult.Skip(SkipReason.NotOverYet)
        : RuleResult.FailedIf(sheet.Run(i, sheet.Missed) > setting);

    private static RuleResult Stale(DaySheet sheet, int i, int setting) =>
        sheet.Has(i, DayMarks.Covered) || i < sheet.SilentFrom ? RuleResult.Passed
        : !sheet.Over(i) ? RuleResult.Skip(SkipReason.NotOverYet)
        : sheet.SilentDays > setting ? RuleResult.FailedIf(true) : RuleResult.Skip(SkipReason.MayStillCome);

    private static RuleResult Duplicate(Receipt receipt, int percent) =>
        receipt.Received == 0 ? RuleResult.Skip(SkipReason.NothingReceived)
        : RuleResult.FailedIf((Int128)receipt.Duplicate * 100 > (Int128)receipt.Received * percent);

    private static RuleResult Capacity(DaySheet sheet, int i, int percent) =>
        sheet.Has(i, DayMarks.Jump) ? RuleResult.FailedIf(true)
        : !sheet.Known(i) ? RuleResult.Skip(SkipReason.NoReading)
        : sheet.Has(i, DayMarks.Pending) ? RuleResult.Skip(SkipReason.StillDoubtful)
        : RuleResult.FailedIf((Int128)sheet.Day(i).Consumption * 100 > (Int128)sheet.Life(i)!.Capacity * 24 * percent);

    private static RuleResult Refused(DaySheet sheet, int i, RuleId rule, int setting) =>
        sheet.RefusedMessages(i, rule) is var messages && messages > setting ? RuleResult.FailedIf(true)
        : messages == 0 && !sheet.Read(i) ? RuleResult.Skip(SkipReason.NoReading) : RuleResult.Passed;
}
