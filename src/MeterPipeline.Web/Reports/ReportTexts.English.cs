using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Reports;

internal sealed partial record ReportTexts
{
    public static ReportTexts English { get; } = new()
    {
        Reports = "Reports",
        ListHint = "Weekly dispatch in season, month-end, and a report within a month after the season. The first and last week are cut at the season's ends.",
        Newest = "newest complete",
        Period = "Period",
        Span = "Days",
        State = "State",
        Everything = "All divisions",
        DrawnAt = "Drawn at",
        DataUntil = "Data until",
        DataUntilText = "readings of {0}, journal row {1}",
        Partial = "{0} of {1} days have readings",
        Against = "Compared with {0} ({1} to {2})",
        AgainstPerDay = "Compared with {0} ({1} to {2}): means per day, for the two have different numbers of days",
        AgainstNothing = "No period before to compare with",
        Print = "Print",
        Earlier = "Earlier",
        Later = "Later",
        UseAndMoney = "Use and subsidy",
        Attention = "Budget and what needs attention",
        Daily = "Day by day",
        DailyTable = "Table of days",
        Claims = "With a claim",
        Reporting = "Reporting",
        Coverage = "Coverage",
        Electricity = "Electricity kWh",
        Gas = "Gas m³",
        Accrued = "Operating subsidy yuan",
        Yuan = "yuan",
        ThisPeriod = "Period",
        Difference = "± before",
        DifferencePerDay = "± per day",
        Percent = "± %",
        SinceStart = "Season so far",
        Total = "Total",
        Companies = "Reconciliation of companies",
        CompaniesHint = "By day of receipt: received = accepted + duplicate + conflict + quarantined + pending",
        NoReceipts = "Nothing was received in this period.",
        Differences = "Days that differ",
        Settlement = "Settlement",
        Deadline = "The season's report is due within a month after the season, by {0}.",
        DaysLeft = "{0} {0:day is|days are} left.",
        DaysOver = "It is {0} {0:day|days} late.",
        NoRuns = "No settlement run of this division yet.",
        RunsAbove = "Runs of a wider division include this one; their sums are in its report:",
        Run = "Run",
        Held = "On hold",
        AccruedByRun = "Settled yuan",
        Due = "Due yuan",
        Payable = "Payable yuan",
        SignedBy = "Drawn by:　　　　　　　　Checked by:　　　　　　　　Head:　　　　　　　　Date:",
        Sources = "What the numbers are made of",
        Notes =
        [
            "Use and accrued subsidy: flushed daily sums of villages (use that counts; operating subsidy before rounding, without top-ups) up to journal row {0}. Use of days without a reading is added with the next reading, so earlier numbers may change.",
            "With a claim, reporting: households with a claim on the period's last day with data ({1}), and those of them with a reading on it.",
            "Budget used, never used, stopped, far below, no data, on hold, at the cap: the household board as it stands now ({2}), not as it stood when the period ended; budget used includes top-ups.",
            "Companies and quarantine: counts by day of receipt, in the report of all divisions only.",
        ],
        Kinds = new Dictionary<ReportKind, string> { [ReportKind.Weekly] = "Weekly dispatch", [ReportKind.Monthly] = "Monthly report", [ReportKind.Season] = "Season report" },
        States = new Dictionary<PeriodState, string>
        {
            [PeriodState.ToCome] = "to come",
            [PeriodState.Running] = "running",
            [PeriodState.Short] = "readings missing",
            [PeriodState.Complete] = "complete",
        },
        Stages = new Dictionary<RunStage, string>
        {
            [RunStage.Drafted] = "drafted",
            [RunStage.Noticed] = "noticed",
            [RunStage.Confirmed] = "confirmed",
            [RunStage.Paid] = "paid",
            [RunStage.Withdrawn] = "withdrawn",
        },
    };
}
