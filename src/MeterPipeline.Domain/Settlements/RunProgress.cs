namespace MeterPipeline.Domain.Settlements;

/// <summary>How far a run is.</summary>
public enum RunStage : byte { Drafted, Noticed, Confirmed, Paid, Withdrawn }

/// <summary>
/// A run and what has been done with it: which step may come next, by whom, and what is missing. Pure decisions; each refusal names the run,
/// the step and the remedy (<see cref="RunRefusal"/>).
/// </summary>
/// <param name="steps">Of the run, oldest first; the first is its draft.</param>
public sealed class RunProgress(SettlementRun run, IReadOnlyList<RunStep> steps)
{
    public SettlementRun Run => run;

    public IReadOnlyList<RunStep> Steps => steps;

    public RunStage Stage { get; } = StageAfter(steps);

    /// <summary>The notice that counts: the last one given; null: none.</summary>
    public RunStep? Notice { get; } = steps.LastOrDefault(step => step.Kind == RunStepKind.Noticed);

    /// <summary>Households whose last objection nobody has answered, in order of time.</summary>
    public IReadOnlyList<string> OpenObjections { get; } =
    [
        .. steps.Where(step => step.Kind is RunStepKind.Objected or RunStepKind.Answered).GroupBy(step => step.HouseholdId)
            .Where(group => group.Last().Kind == RunStepKind.Objected).Select(group => group.Key!),
    ];

    /// <summary>It may still be confirmed: its households wait for it, and are in no other run meanwhile.</summary>
    public bool IsOpen => Stage is RunStage.Drafted or RunStage.Noticed && !run.Provisional;

    /// <summary>It counts: its lines are what households were given.</summary>
    public bool Counts => Stage is RunStage.Confirmed or RunStage.Paid;

    /// <summary>Why a person may not do this step now; null: they may.</summary>
    /// <param name="today">The local day of the step.</param>
    /// <param name="about">Division of the household that an objection is about: a township speaks for its own in whatever run they are; null: the whole run's.</param>
    public RunRefusal? Refusal(RunStep step, Signatory who, LocalDay today, string? about = null)
    {
        var division = step.Kind == RunStepKind.Objected ? about ?? run.Division : run.Division;
        return ByOffice(step.Kind, step.Kind, who, division) ?? ByStage(step.Kind) ?? ByPersons(step.Kind, who) ?? step.Kind switch
        {
            RunStepKind.Noticed => ByDays(step),
            RunStepKind.Objected => ByNotice(today),
            RunStepKind.Answered => ByObjection(step.HouseholdId ?? ""),
            RunStepKind.Confirmed => ByEnd(today),
            _ => null,
        };
    }

    /// <summary>Why a person may not enter that the bank returned a payment of the run; null: they may.</summary>
    public RunRefusal? ReturnRefusal(Signatory who) =>
        ByOffice(RunStepKind.Paid, null, who, run.Division) ?? (Stage != RunStage.Paid ? Refuse(null, RefusalReason.NotPaid) : null);

    /// <summary>Why no bank can be told to pay the run; null: it can.</summary>
    public RunRefusal? PayoutRefusal => Counts ? null : ByStage(RunStepKind.Paid);

    /// <summary>Why a season's run cannot be drafted yet; null: it can.</summary>
    /// <param name="division">Whose season it is.</param>
    public static RunRefusal? DraftRefusal(HeatingSeason season, string division, LocalDay today, bool provisional) =>
        provisional || today > season.Last ? null : new RunRefusal(null, null, RefusalReason.SeasonLasts, [season.Name, division, season.Last, season.Last.Next]);

    /// <summary>Why somebody may not draft; null: they may.</summary>
    public static RunRefusal? DraftRefusal(Signatory who, string division) =>
        !MayDo(RunStepKind.Drafted, who.Office) ? new RunRefusal(null, null, RefusalReason.DraftOffice, [RunStepKind.Drafted, who.Name, who.Office])
        : !who.Covers(division) ? new RunRefusal(null, null, RefusalReason.DraftElsewhere, [who.Name, string.Join(", ", who.Divisions)])
        : null;

    public static bool MayDo(RunStepKind kind, Office office) => kind switch
    {
        RunStepKind.Objected => office is Office.Township or Office.Bureau or Office.Finance,
        RunStepKind.Confirmed or RunStepKind.Paid => office == Office.Finance,
        _ => office is Office.Bureau or Office.Finance,
    };

    private RunRefusal Refuse(RunStepKind? step, RefusalReason reason, params object[] facts) => new(run.Id, step, reason, facts);

    /// <param name="shown">The step that is refused; null: a return.</param>
    private RunRefusal? ByOffice(RunStepKind kind, RunStepKind? shown, Signatory who, string division) =>
        !MayDo(kind, who.Office) ? Refuse(shown, RefusalReason.WrongOffice, kind, who.Name, who.Office)
        : !who.Covers(division) ? Refuse(shown, RefusalReason.OtherDivision, division, who.Name, string.Join(", ", who.Divisions))
        : null;

    private RunRefusal? ByStage(RunStepKind kind)
    {
        RefusalReason? reason = (kind, Stage) switch
        {
            (RunStepKind.Withdrawn, RunStage.Drafted or RunStage.Noticed) => null,
            (_, RunStage.Withdrawn) => RefusalReason.Withdrawn,
            (RunStepKind.Withdrawn, _) => RefusalReason.ConfirmedForGood,
            _ when run.Provisional => RefusalReason.ProvisionalOnly,
            (RunStepKind.Noticed or RunStepKind.Objected or RunStepKind.Answered or RunStepKind.Confirmed, RunStage.Confirmed or RunStage.Paid) => RefusalReason.ConfirmedAlready,
            (RunStepKind.Objected or RunStepKind.Answered or RunStepKind.Confirmed, RunStage.Drafted) => RefusalReason.NoNotice,
            (RunStepKind.Paid, RunStage.Drafted or RunStage.Noticed) => RefusalReason.NotConfirmed,
            _ => null,
        };
        return reason is { } found ? Refuse(kind, found) : null;
    }

    /// <summary>One person may do several steps, but not two that follow each other where money is concerned.</summary>
    private RunRefusal? ByPersons(RunStepKind kind, Signatory who) => kind switch
    {
        RunStepKind.Confirmed when who.IsSame(Did(RunStepKind.Drafted)) => Refuse(kind, RefusalReason.DraftedBySelf, who.Name),
        RunStepKind.Paid when who.IsSame(Did(RunStepKind.Confirmed)) => Refuse(kind, RefusalReason.ConfirmedBySelf, who.Name),
        _ => null,
    };

    private RunRefusal? ByDays(RunStep step)
    {
        if (step is not { From: { } from, Until: { } until }) return Refuse(step.Kind, RefusalReason.DaysMissing);
        if (until < from) return Refuse(step.Kind, RefusalReason.DaysReversed, until, from);
        return from < LocalDay.Of(run.AtMs) ? Refuse(step.Kind, RefusalReason.PostedBeforeDraft, LocalDay.Of(run.AtMs), from) : null;
    }

    /// <summary>Taken until somebody confirms: what was said at the village on the last day is entered on the next.</summary>
    private RunRefusal? ByNotice(LocalDay today) => Notice is { From: { } from } && today < from ? Refuse(RunStepKind.Objected, RefusalReason.NoticeAhead, from) : null;

    private RunRefusal? ByObjection(string household) => OpenObjections.Contains(household) ? null : Refuse(RunStepKind.Answered, RefusalReason.NothingObjected, household, Waiting());

    private RunRefusal? ByEnd(LocalDay today) =>
        Notice is { Until: { } until } && today <= until ? Refuse(RunStepKind.Confirmed, RefusalReason.NoticeLasts, until, until.Next)
        : OpenObjections.Count > 0 ? Refuse(RunStepKind.Confirmed, RefusalReason.ObjectionsWait, OpenObjections.Count, Waiting())
        : null;

    private string Waiting() => OpenObjections.Count == 0 ? "–" : string.Join(", ", OpenObjections.Take(10));

    private string? Did(RunStepKind kind) => steps.LastOrDefault(step => step.Kind == kind)?.Actor;

    private static RunStage StageAfter(IReadOnlyList<RunStep> steps)
    {
        var stage = RunStage.Drafted;
        foreach (var step in steps)
        {
            stage = step.Kind switch
            {
                RunStepKind.Noticed => RunStage.Noticed,
                RunStepKind.Confirmed => RunStage.Confirmed,
                RunStepKind.Paid => RunStage.Paid,
                RunStepKind.Withdrawn => RunStage.Withdrawn,
                _ => stage,
            };
        }
        return stage;
    }
}
