using System.Globalization;

namespace MeterPipeline.Domain.Settlements;

/// <summary>How far a run is.</summary>
public enum RunStage : byte { Drafted, Noticed, Confirmed, Paid, Withdrawn }

/// <summary>
/// A run and what has been done with it: which step may come next, by whom, and what is missing. Pure decisions; each refusal names the run,
/// the step and the remedy.
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
    public string? Refusal(RunStep step, Signatory who, LocalDay today)
    {
        var reason = ByOffice(step.Kind, who) ?? ByStage(step.Kind) ?? ByPersons(step.Kind, who) ?? step.Kind switch
        {
            RunStepKind.Noticed => ByDays(step),
            RunStepKind.Objected => ByNotice(today),
            RunStepKind.Answered => ByObjection(step.HouseholdId),
            RunStepKind.Confirmed => ByEnd(today),
            _ => null,
        };
        return reason is null ? null : $"Run {run.Id} cannot be {Word(step.Kind)}: {reason}.";
    }

    /// <summary>Why a person may not enter that the bank returned a payment of the run; null: they may.</summary>
    public string? ReturnRefusal(Signatory who) =>
        ByOffice(RunStepKind.Paid, who) is { } reason ? $"A return of run {run.Id} cannot be entered: {reason}."
        : Stage != RunStage.Paid ? $"A return of run {run.Id} cannot be entered: it is not paid yet."
        : null;

    /// <summary>Why a season's run cannot be drafted yet; null: it can.</summary>
    /// <param name="division">Whose season it is.</param>
    public static string? DraftRefusal(HeatingSeason season, string division, LocalDay today, bool provisional) =>
        provisional || today > season.Last ? null
        : $"Season {season.Name} lasts until {season.Last} in {division}: draft its settlement from {season.Last.Next} on, or mark it --provisional to look at it only.";

    /// <summary>Why somebody may not draft; null: they may.</summary>
    public static string? DraftRefusal(Signatory who, string division) =>
        !MayDo(RunStepKind.Drafted, who.Office) ? $"A settlement is drafted by {Who(RunStepKind.Drafted)}; {who.Name} acts for {Word(who.Office)}."
        : !who.Covers(division) ? $"{who.Name} may act in {string.Join(", ", who.Divisions)} only: draft a division inside it."
        : null;

    public static bool MayDo(RunStepKind kind, Office office) => kind switch
    {
        RunStepKind.Objected => office is Office.Township or Office.Bureau or Office.Finance,
        RunStepKind.Confirmed or RunStepKind.Paid => office == Office.Finance,
        _ => office is Office.Bureau or Office.Finance,
    };

    private string? ByOffice(RunStepKind kind, Signatory who) =>
        !MayDo(kind, who.Office) ? $"that is done by {Who(kind)}, and {who.Name} acts for {Word(who.Office)}: ask one of them"
        : !who.Covers(run.Division) ? $"it is about {(run.Division.Length == 0 ? "every division" : run.Division)}, and {who.Name} may act in {string.Join(", ", who.Divisions)} only"
        : null;

    private string? ByStage(RunStepKind kind) => (kind, Stage) switch
    {
        (RunStepKind.Withdrawn, RunStage.Drafted or RunStage.Noticed) => null,
        (_, RunStage.Withdrawn) => "it is withdrawn: draft a new one",
        (RunStepKind.Withdrawn, _) => "it is confirmed and never changes any more: later data makes adjustments in the next run",
        _ when run.Provisional => "it is provisional, drafted to be looked at only: draft one without --provisional when the season is over",
        (RunStepKind.Noticed or RunStepKind.Objected or RunStepKind.Answered or RunStepKind.Confirmed, RunStage.Confirmed or RunStage.Paid) =>
            "it is confirmed already: what is wrong in it is mended by the next run",
        (RunStepKind.Objected or RunStepKind.Answered or RunStepKind.Confirmed, RunStage.Drafted) =>
            "no public notice has been given yet: give one with settle notice",
        (RunStepKind.Paid, RunStage.Drafted or RunStage.Noticed) => "it is not confirmed yet: let a second person confirm it first",
        _ => null,
    };

    private string? ByPersons(RunStepKind kind, Signatory who) => kind switch
    {
        RunStepKind.Confirmed when Did(RunStepKind.Drafted) == who.Name => $"{who.Name} drafted it, and money needs four eyes: let somebody else of finance confirm it",
        RunStepKind.Paid when Did(RunStepKind.Confirmed) == who.Name => $"{who.Name} confirmed it, and money needs four eyes: let somebody else of finance pay it",
        _ => null,
    };

    private string? ByDays(RunStep step)
    {
        if (step is not { From: { } from, Until: { } until }) return "a notice needs its first and last day";
        if (until < from) return $"its last day {until} is before its first, {from}";
        return from < LocalDay.Of(run.AtMs) ? $"it was drafted on {LocalDay.Of(run.AtMs)} and cannot have been posted on {from}: correct the first day" : null;
    }

    /// <summary>Taken until somebody confirms: what was said at the village on the last day is entered on the next.</summary>
    private string? ByNotice(LocalDay today) =>
        Notice is { From: { } from } && today < from ? $"the notice begins on {from} only: object from that day on" : null;

    private string? ByObjection(string? household) => household is not null && OpenObjections.Contains(household) ? null
        : $"nobody's objection about {household ?? "a household"} waits; waiting: {(OpenObjections.Count == 0 ? "none" : string.Join(", ", OpenObjections.Take(10)))}";

    private string? ByEnd(LocalDay today) =>
        Notice is { Until: { } until } && today <= until ? $"its notice lasts until {until}: confirm it from {until.Next} on"
        : OpenObjections.Count > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{OpenObjections.Count} objections wait ({string.Join(", ", OpenObjections.Take(10))}): answer each with settle answer, or withdraw the run")
        : null;

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

    private static string Who(RunStepKind kind) => kind switch
    {
        RunStepKind.Objected => "a township, the energy bureau or finance",
        RunStepKind.Confirmed or RunStepKind.Paid => "finance",
        _ => "the energy bureau or finance",
    };

    private static string Word(Office office) => office switch
    {
        Office.Bureau => "the energy bureau",
        Office.Finance => "finance",
        Office.Township => "a township",
        _ => "no office that settles",
    };

    private static string Word(RunStepKind kind) => kind switch
    {
        RunStepKind.Noticed => "posted",
        RunStepKind.Objected => "objected to",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
