using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>What the pages say of settlements, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed partial record SettlementTexts
{
    public static SettlementTexts For(Texts texts) => texts == Texts.English ? English : Chinese;

    public required string Title { get; init; }
    public required string Hint { get; init; }
    public required string Runs { get; init; }
    public required string Run { get; init; }
    public required string None { get; init; }
    public required string State { get; init; }
    public required string Lines { get; init; }
    public required string Held { get; init; }
    public required string Due { get; init; }
    public required string Payable { get; init; }
    public required string Accrued { get; init; }
    public required string Before { get; init; }
    public required string Advanced { get; init; }
    public required string Hash { get; init; }
    public required string DraftedBy { get; init; }
    public required string DraftTitle { get; init; }
    public required string DraftHint { get; init; }
    public required string DraftDivision { get; init; }
    public required string ProvisionalBox { get; init; }
    public required string DraftButton { get; init; }
    public required string Drawing { get; init; }
    public required string Refresh { get; init; }
    public required string Drafted { get; init; }
    public required string DraftFailed { get; init; }
    public required string Busy { get; init; }
    public required string BadDraft { get; init; }
    public required string All { get; init; }
    public required string Shares { get; init; }
    public required string Level { get; init; }
    public required string Operating { get; init; }
    public required string Hardship { get; init; }
    public required string Money { get; init; }
    public required string Input { get; init; }
    public required string Journal { get; init; }
    public required string Registry { get; init; }
    public required string Policies { get; init; }
    public required string ContentHash { get; init; }
    public required string PreviousHash { get; init; }
    public required string First { get; init; }
    public required string ListAll { get; init; }
    public required string ListHeld { get; init; }
    public required string ListAdjusted { get; init; }
    public required string ListUnpayable { get; init; }
    public required string UnpayableHint { get; init; }
    public required string LinesTitle { get; init; }
    public required string Calculation { get; init; }
    public required string Household { get; init; }
    public required string Name { get; init; }
    public required string Village { get; init; }
    public required string Use { get; init; }
    public required string Remark { get; init; }
    public required string Supplement { get; init; }
    public required string Recovery { get; init; }
    public required string NoPayee { get; init; }
    public required string NoLines { get; init; }
    public required string Find { get; init; }
    public required string Actions { get; init; }
    public required string NoAction { get; init; }
    public required string Notice { get; init; }
    public required string NoticeHint { get; init; }
    public required string From { get; init; }
    public required string Until { get; init; }
    public required string Note { get; init; }
    public required string Object { get; init; }
    public required string ObjectNote { get; init; }
    public required string Answer { get; init; }
    public required string AnswerNote { get; init; }
    public required string Confirm { get; init; }
    public required string ConfirmHint { get; init; }
    public required string Pay { get; init; }
    public required string PayHint { get; init; }
    public required string On { get; init; }
    public required string Reference { get; init; }
    public required string Returned { get; init; }
    public required string ReturnedHint { get; init; }
    public required string Amount { get; init; }
    public required string Withdraw { get; init; }
    public required string WithdrawHint { get; init; }
    public required string Objections { get; init; }
    public required string NoObjections { get; init; }
    public required string Waiting { get; init; }
    public required string Objection { get; init; }
    public required string Who { get; init; }
    public required string When { get; init; }
    public required string Returns { get; init; }
    public required string Payments { get; init; }
    public required string Households { get; init; }
    public required string Steps { get; init; }
    public required string Step { get; init; }
    public required string Files { get; init; }
    public required string FilesHint { get; init; }
    public required string Workbook { get; init; }
    public required string Sheets { get; init; }
    public required string BankFile { get; init; }
    public required string BankHint { get; init; }
    public required string BankCount { get; init; }
    public required string LeftOut { get; init; }
    public required string Download { get; init; }
    public required string Nothing { get; init; }
    public required string NoneListed { get; init; }
    public required string Total { get; init; }
    public required string Reason { get; init; }
    public required string AllWait { get; init; }
    public required string Typed { get; init; }
    public required string WiderNotices { get; init; }
    public required string OwnObjections { get; init; }
    public required string NoOwnObjections { get; init; }
    public required string Deferred { get; init; }
    public required string DeferredHint { get; init; }
    public required string NoFile { get; init; }
    public required string NoFileText { get; init; }
    public required string Refused { get; init; }
    public required string BadForm { get; init; }
    public required string Overtaken { get; init; }
    public required string NothingOwed { get; init; }
    public required string NoSuchLine { get; init; }
    public required string Frozen { get; init; }
    public required string Rate { get; init; }
    public required string Tier { get; init; }
    public required string Raw { get; init; }
    public required string Cap { get; init; }
    public required string CapReached { get; init; }
    public required string Meter { get; init; }
    public required string Opening { get; init; }
    public required string Closing { get; init; }
    public required string Multiplier { get; init; }
    public required string Consumption { get; init; }
    public required string Payee { get; init; }
    public required string PayeeKnown { get; init; }
    public required string Today { get; init; }
    public required string NextSeason { get; init; }
    public required string Provisional { get; init; }
    public required IReadOnlyDictionary<RunStage, string> Stages { get; init; }
    public required IReadOnlyDictionary<RunStepKind, string> StepNames { get; init; }
    public required IReadOnlyDictionary<DraftFault, string> DraftFaults { get; init; }

    public string StageOf(RunProgress progress) => progress.Run.Provisional && progress.Stage != RunStage.Withdrawn ? Provisional : Stages[progress.Stage];
}
