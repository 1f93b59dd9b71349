using System.Globalization;

namespace MeterPipeline.Domain.Settlements;

/// <summary>Why something may not be done with a run, in the order in which it is asked.</summary>
public enum RefusalReason : byte
{
    /// <summary>Who does it, who asks, for which office they act.</summary>
    WrongOffice,

    /// <summary>What it is about, who asks, in which divisions they may act.</summary>
    OtherDivision,
    Withdrawn,
    ConfirmedForGood,
    ProvisionalOnly,
    ConfirmedAlready,
    NoNotice,
    NotConfirmed,

    /// <summary>Who.</summary>
    DraftedBySelf,

    /// <summary>Who.</summary>
    ConfirmedBySelf,
    DaysMissing,

    /// <summary>Last day, first day.</summary>
    DaysReversed,

    /// <summary>Day of the draft, first day of the notice.</summary>
    PostedBeforeDraft,

    /// <summary>First day of the notice.</summary>
    NoticeAhead,

    /// <summary>Household, households whose objection waits.</summary>
    NothingObjected,

    /// <summary>Last day of the notice, the day after it.</summary>
    NoticeLasts,

    /// <summary>How many, which households.</summary>
    ObjectionsWait,
    NotPaid,

    /// <summary>Season, division, last day, the day after it.</summary>
    SeasonLasts,

    /// <summary>Who drafts, who asks, for which office they act.</summary>
    DraftOffice,

    /// <summary>Who asks, in which divisions they may act.</summary>
    DraftElsewhere,

    /// <summary>Division, season.</summary>
    NothingToSettle,
    DraftOvertaken,

    /// <summary>Household, the open run that has it.</summary>
    InOpenRun,

    /// <summary>Yuan.</summary>
    NoAmount,

    /// <summary>Yuan to be paid, yuan that confirmed runs leave to pay.</summary>
    MoreThanOwed,

    /// <summary>Yuan to come back, yuan that the household holds.</summary>
    MoreThanHeld,

    /// <summary>Reference.</summary>
    ReferenceRepeated,
}

/// <summary>A refusal as a reason and its facts, so that every page can say it in its own language; as text, English with the remedy.</summary>
/// <param name="Run">Null: it is about a draft, or about money that moved.</param>
/// <param name="Step">Null: it is about entering a return, or there is no run.</param>
/// <param name="Facts">What <see cref="RefusalReason"/> says of the reason: texts, days, numbers, an <see cref="Office"/>, or a <see cref="RunStepKind"/> for those who do it.</param>
public sealed record RunRefusal(int? Run, RunStepKind? Step, RefusalReason Reason, IReadOnlyList<object> Facts)
{
    public override string ToString()
    {
        var why = string.Format(CultureInfo.InvariantCulture, English(Reason), [.. Facts.Select(Shown)]);
        return Run is not { } run ? why
            : Step is { } step ? $"Run {run} cannot be {Done(step)}: {why}." : $"A return of run {run} cannot be entered: {why}.";
    }

    private static string English(RefusalReason reason) => reason switch
    {
        RefusalReason.WrongOffice => "that is done by {0}, and {1} acts for {2}: ask one of them",
        RefusalReason.OtherDivision => "it is about {0}, and {1} may act in {2} only",
        RefusalReason.Withdrawn => "it is withdrawn: draft a new one",
        RefusalReason.ConfirmedForGood => "it is confirmed and never changes any more: later data makes adjustments in the next run",
        RefusalReason.ProvisionalOnly => "it is provisional, drafted to be looked at only: draft one without --provisional when the season is over",
        RefusalReason.ConfirmedAlready => "it is confirmed already: what is wrong in it is mended by the next run",
        RefusalReason.NoNotice => "no public notice has been given yet: give one with settle notice",
        RefusalReason.NotConfirmed => "it is not confirmed yet: let a second person confirm it first",
        RefusalReason.DraftedBySelf => "{0} drafted it, and money needs four eyes: let somebody else of finance confirm it",
        RefusalReason.ConfirmedBySelf => "{0} confirmed it, and money needs four eyes: let somebody else of finance pay it",
        RefusalReason.DaysMissing => "a notice needs its first and last day",
        RefusalReason.DaysReversed => "its last day {0} is before its first, {1}",
        RefusalReason.PostedBeforeDraft => "it was drafted on {0} and cannot have been posted on {1}: correct the first day",
        RefusalReason.NoticeAhead => "the notice begins on {0} only: object from that day on",
        RefusalReason.NothingObjected => "nobody's objection about {0} waits; waiting: {1}",
        RefusalReason.NoticeLasts => "its notice lasts until {0}: confirm it from {1} on",
        RefusalReason.ObjectionsWait => "{0} objections wait ({1}): answer each with settle answer, or withdraw the run",
        RefusalReason.NotPaid => "it is not paid yet",
        RefusalReason.SeasonLasts => "Season {0} lasts until {2} in {1}: draft its settlement from {3} on, or mark it --provisional to look at it only.",
        RefusalReason.DraftOffice => "A settlement is drafted by {0}; {1} acts for {2}.",
        RefusalReason.DraftElsewhere => "{0} may act in {1} only: draft a division inside it.",
        RefusalReason.NothingToSettle => "Nothing to settle ({0}): no household has a statement in {1}. Compare the code with the divisions imported.",
        RefusalReason.DraftOvertaken => "Somebody else did something in a settlement while this one was drafted; nothing was stored. Draft it again.",
        RefusalReason.InOpenRun => "Cannot draft a settlement: household {0} is in run {1}, which is not confirmed yet. Confirm or withdraw run {1} first.",
        RefusalReason.NoAmount => "{0} is no amount: give more than 0 yuan, two decimals at most",
        RefusalReason.MoreThanOwed => "a payment of {0} yuan is more than the {1} that confirmed runs leave to pay: correct the amount, or confirm the run first",
        RefusalReason.MoreThanHeld => "{0} yuan cannot come back from a household that holds {1}: correct the amount, or enter the payment first",
        _ => "reference {0} of this household is entered already: a payment has its own reference, so leave this row out or correct it",
    };

    private static object Shown(object fact) => fact switch
    {
        RunStepKind.Objected => "a township, the energy bureau or finance",
        RunStepKind.Confirmed or RunStepKind.Paid => "finance",
        RunStepKind => "the energy bureau or finance",
        Office.Bureau => "the energy bureau",
        Office.Finance => "finance",
        Office.Township => "a township",
        Office => "no office that settles",
        "" => "everything",
        _ => fact,
    };

    private static string Done(RunStepKind kind) => kind switch
    {
        RunStepKind.Noticed => "posted",
        RunStepKind.Objected => "objected to",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
